import { found } from '../../errors.ts'
import { ok, operation, pathId } from '../../http/operation.ts'
import { lookUp } from '../../http/reading.ts'
import { getHeaders } from '../../queries/frames/headers.ts'

export const framesHeaders = operation('framesHeaders', 'GET /frames/{id}/headers/', {
  summary: 'The FITS header of a frame',
  description: 'Keywords and values as they were ingested; every number with the digits it came with.',
  visibility: 'anyone',
  parameters: { id: pathId('frame') },
  answers: { 200: ok('The header.', 'frameHeaders') },
  async handle({ c, caller, parameters: { id } }) {
    const data = found(await lookUp(c, 'quick', (sql) => getHeaders(sql, caller, id)))
    return c.body(`{"data":${data}}`, 200, { 'content-type': 'application/json' })
  },
})
