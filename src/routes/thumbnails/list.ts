import { createRoute, z } from '@hono/zod-openapi'
import { ValidationError } from '../../errors.ts'
import { currentJson } from '../../http/conditional.ts'
import { operation } from '../../http/operation.ts'
import { last, limitOf, offsetLinks, offsetOf, pageOf, pagingParameters, type Query } from '../../http/paging.ts'
import { anyone, notModified, ok, refusals } from '../../http/responses.ts'
import { searching } from '../../http/searching.ts'
import { listThumbnails, THUMBNAIL_FILTERS, type ThumbnailFilter } from '../../queries/thumbnails/list.ts'
import { hasNul, parseInteger, Refusal } from '../../schemas/fields.ts'
import { thumbnail } from '../../schemas/frame_answers.ts'
import { showThumbnail } from '../../views/thumbnail.ts'

const parameter = (name: string, type: string, description: string, example: unknown) =>
  z.unknown().openapi({ type, param: { name, in: 'query', required: false, description, example } } as never)

const parameters = z.object({
  ...pagingParameters,
  frame_basename: parameter(
    'frame_basename',
    'string',
    'Only thumbnails of the frame of this basename.',
    'cpt1m010-kb70-20160102-0010-e91',
  ),
  proposal_id: parameter('proposal_id', 'string', 'Only thumbnails of frames of this proposal.', 'KEY2014A-002'),
  observation_id: parameter('observation_id', 'integer', 'Only thumbnails of frames of this observation.', 1001),
  request_id: parameter('request_id', 'integer', 'Only thumbnails of frames of this request.', 2001),
  size: parameter('size', 'string', 'Only thumbnails of this size.', 'small'),
})

function filtersOf(query: Query, sizes: readonly string[]): ThumbnailFilter[] {
  const filters: ThumbnailFilter[] = []
  for (const name of THUMBNAIL_FILTERS) {
    const value = last(query, name)
    if (value === undefined) continue
    const refuse = (message: string): never => {
      throw new ValidationError({ [name]: [message] })
    }
    if (hasNul(value)) refuse('Null characters are not allowed.')
    if (name === 'size' && !sizes.includes(value))
      refuse(`Select a valid choice. ${value} is not one of the available choices.`)
    if (name === 'observation_id' || name === 'request_id') {
      if (!/^[+-]?\d+(\.\d*)?$/.test(value)) refuse('Enter a number.')
      const id = parseInteger(value, 0, 2147483647)
      filters.push({ name, value: id instanceof Refusal ? null : id })
    } else filters.push({ name, value })
  }
  return filters
}

export const thumbnailsList = operation(
  createRoute({
    method: 'get',
    path: '/thumbnails/',
    operationId: 'thumbnailsList',
    tags: ['thumbnails'],
    summary: 'List thumbnails',
    description: 'The thumbnails of the frames that the caller may see.',
    security: anyone,
    request: { query: parameters },
    responses: {
      200: ok('One page of thumbnails.', pageOf(thumbnail, 'ThumbnailPage')),
      ...notModified,
      ...refusals(400),
    },
  }),
  async (c) => {
    const { config, store } = c.env
    const query = c.req.queries()
    const filters = filtersOf(query, config.thumbnails.sizes)
    const limit = limitOf(query, config.pagination)
    const offset = offsetOf(query)
    const { count, rows } = await listThumbnails(searching(c), c.var.caller, { filters, limit, offset })
    const links = { store, base: c.var.base }
    return currentJson(c, {
      count,
      ...offsetLinks(`${c.var.base}/thumbnails/`, query, limit, offset, count),
      results: rows.map((row) => showThumbnail(row, links)),
    })
  },
)
