import { createRoute } from '@hono/zod-openapi'
import { answerFrameDownload } from '../../http/downloads.ts'
import { operation } from '../../http/operation.ts'
import { anyone, bytesOf, idParameter, refusals } from '../../http/responses.ts'

export const framesFunpack = operation(
  createRoute({
    method: 'get',
    path: '/frame-funpack/{id}/funpack/',
    operationId: 'framesFunpack',
    tags: ['frames'],
    summary: 'The file of a frame, unpacked',
    description: 'The newest file as `funpack -C -S` writes it; a file that is not packed comes as it is.',
    security: anyone,
    request: { params: idParameter('frame') },
    responses: { ...bytesOf('The unpacked FITS file.'), ...refusals(404, 422) },
  }),
  (c) => answerFrameDownload(c, 'unpacked'),
)
