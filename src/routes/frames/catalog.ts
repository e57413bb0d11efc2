import { createRoute } from '@hono/zod-openapi'
import { answerFrameDownload } from '../../http/downloads.ts'
import { operation } from '../../http/operation.ts'
import { anyone, bytesOf, idParameter, refusals } from '../../http/responses.ts'

export const framesCatalog = operation(
  createRoute({
    method: 'get',
    path: '/frame-catalog/{id}/catalog/',
    operationId: 'framesCatalog',
    tags: ['frames'],
    summary: 'The catalogue of a frame',
    description:
      'A FITS file of a primary HDU with the header of the image (SCI) and the table of sources (CAT) of the newest file. 404 for a file without them.',
    security: anyone,
    request: { params: idParameter('frame') },
    responses: { ...bytesOf('The catalogue.'), ...refusals(404, 422) },
  }),
  (c) => answerFrameDownload(c, 'catalog'),
)
