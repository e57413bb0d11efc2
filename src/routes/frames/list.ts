import { createRoute, z } from '@hono/zod-openapi'
import { ArchiveError, ValidationError } from '../../errors.ts'
import { currentJson } from '../../http/conditional.ts'
import { operation, type RequestContext } from '../../http/operation.ts'
import { last, limitOf, link, listParameters, offsetLinks, offsetOf, pageOf, type Query } from '../../http/paging.ts'
import { anyone, notModified, ok, refusals } from '../../http/responses.ts'
import { searching } from '../../http/searching.ts'
import type { FrameRow, Parts } from '../../queries/frames/columns.ts'
import { listFrames, type Search, walkFrames } from '../../queries/frames/list.ts'
import { fits, type Keyset, keysOf, type Ordering, orderingText, parseOrdering } from '../../queries/frames/ordering.ts'
import { filterParameters } from '../../schemas/filter_parameters.ts'
import { parseFilters } from '../../schemas/filters.ts'
import { frame } from '../../schemas/frame_answers.ts'
import { open, seal } from '../../seal.ts'
import { showFrame } from '../../views/frame.ts'

// not an extension: OpenAPI's allOf could not take back that `count` is required
const page = z
  .object({
    ...pageOf(frame, 'FramePage').shape,
    count: z
      .int()
      .optional()
      .openapi({ description: 'How many frames match; absent in pages by cursor.', example: 46 }),
    count_estimated: z
      .boolean()
      .optional()
      .openapi({ description: 'Whether `count` is an estimate; absent in pages by cursor.', example: false }),
  })
  .openapi('FramePage')

const isTrue = (text: string | undefined) => /^(true|1|t|yes|y|on)$/i.test(text ?? '')
const isFalse = (text: string | undefined) => /^(false|0|f|no|n|off)$/i.test(text ?? '')
export const partsOf = (query: Query): Parts => ({
  related: !isFalse(last(query, 'include_related_frames')),
  thumbnails: isTrue(last(query, 'include_thumbnails')),
})

export const framesList = operation(
  createRoute({
    method: 'get',
    path: '/frames/',
    operationId: 'framesList',
    tags: ['frames'],
    summary: 'List frames',
    description:
      'The frames that the caller may see and that match every filter given, newest first unless ordered otherwise. Unknown parameters are ignored; a parameter without a value counts as absent.',
    security: anyone,
    request: { query: z.object({ ...listParameters, ...filterParameters.shape }) },
    responses: { 200: ok('One page of frames.', page), ...notModified, ...refusals(400, 404) },
  }),
  async (c) => {
    const { config, configurationTypes } = c.env
    const query = c.req.queries()
    const { given, errors } = parseFilters(query, await configurationTypes.known())
    if (Object.keys(errors).length) throw new ValidationError(errors)
    const search: Search = {
      filters: given,
      ordering: parseOrdering(last(query, 'ordering')),
      science: config.configurationTypes.science,
      limit: limitOf(query, config.pagination),
      parts: partsOf(query),
    }
    if (last(query, 'pagination_style') === 'cursor') return byCursor(c, query, search)
    const offset = offsetOf(query)
    const { count, rows } = await listFrames(searching(c), c.var.caller, search, offset)
    const links = offsetLinks(`${c.var.base}/frames/`, query, search.limit, offset, count)
    return currentJson(c, { count, count_estimated: false, ...links, results: results(c, rows) })
  },
)

const results = (c: RequestContext, rows: FrameRow[]) => {
  const links = { store: c.env.store, base: c.var.base }
  return rows.map((row) => showFrame(row, links))
}

async function byCursor(c: RequestContext, query: Query, search: Search): Promise<Response> {
  const from = readCursor(c, search.ordering, last(query, 'cursor'))
  const { rows, more } = await walkFrames(searching(c), c.var.caller, search, from)
  const to = (row: FrameRow | undefined, direction: Keyset['direction']) =>
    row ? link(`${c.var.base}/frames/`, query, { cursor: writeCursor(c, search.ordering, row, direction) }) : null
  const forward = from?.direction !== 'backward'
  return currentJson(c, {
    next: forward && !more ? null : to(rows.at(-1), 'forward'),
    previous: (forward && !from) || (!forward && !more) ? null : to(rows[0], 'backward'),
    results: results(c, rows),
  })
}

/** A cursor is signed, so that only those the archive gave out reach the database. */
function writeCursor(c: RequestContext, ordering: Ordering, row: FrameRow, direction: Keyset['direction']): string {
  return seal(c.env.keys, 'list cursor', [orderingText(ordering), direction, keysOf(row, ordering)])
}

function readCursor(c: RequestContext, ordering: Ordering, cursor: string | undefined): Keyset | null {
  if (cursor === undefined) return null
  const payload = open(c.env.keys, 'list cursor', cursor)
  if (payload === null) throw new ArchiveError('invalid_cursor')
  const [written, direction, values] = payload as readonly [string, Keyset['direction'], unknown]
  if (written !== orderingText(ordering) || !fits(ordering, values)) throw new ArchiveError('invalid_cursor')
  return { direction, values }
}
