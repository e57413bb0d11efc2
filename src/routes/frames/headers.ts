import { createRoute, z } from '@hono/zod-openapi'
import { ArchiveError } from '../../errors.ts'
import { idOf, operation } from '../../http/operation.ts'
import { anyone, idParameter, ok, refusals } from '../../http/responses.ts'
import { getHeaders } from '../../queries/frames/headers.ts'

const headers = z
  .object({
    data: z.record(z.string(), z.unknown()).openapi({
      description: 'The FITS header: keyword to value, as it was ingested.',
      example: { OBJECT: 'M 31', AIRMASS: 1.0129248 },
    }),
  })
  .openapi('Headers')

export const framesHeaders = operation(
  createRoute({
    method: 'get',
    path: '/frames/{id}/headers/',
    operationId: 'framesHeaders',
    tags: ['frames'],
    summary: 'The FITS header of a frame',
    description: 'Keywords and values as they were ingested; every number with the digits it came with.',
    security: anyone,
    request: { params: idParameter('frame') },
    responses: { 200: ok('The header.', headers), ...refusals(404) },
  }),
  async (c) => {
    const id = idOf(c)
    const data = id === null ? undefined : await getHeaders(c.env.reader, c.var.caller, id)
    if (data === undefined) throw new ArchiveError('not_found')
    return c.body(`{"data":${data}}`, 200, { 'content-type': 'application/json' })
  },
)
