import { ArchiveError, ValidationError } from '../../errors.ts'
import { frameFilters, frameParts, partsOf } from '../../http/frame_parameters.ts'
import { anyText, lenient, notModified, ok, operation, parameter } from '../../http/operation.ts'
import { forceCount, offsetPage, pageLink, paging } from '../../http/paging.ts'
import { knowing, walking } from '../../http/reading.ts'
import { searching } from '../../http/searching.ts'
import type { FrameRow } from '../../queries/frames/columns.ts'
import { listFrames, type Search, walkFrames } from '../../queries/frames/list.ts'
import {
  DEFAULT_ORDERING,
  fits,
  isByDistance,
  type Keyset,
  keysOf,
  measuredFrom,
  type Ordering,
  orderingText,
  parseOrdering,
} from '../../queries/frames/ordering.ts'
import { givenFilters } from '../../schemas/filters.ts'
import type { Cone } from '../../schemas/sky.ts'
import { Refusal } from '../../schemas/values.ts'
import { open, seal } from '../../seal.ts'
import type { Services } from '../../services.ts'
import { showFrame } from '../../views/frame.ts'

export const framesList = operation('framesList', 'GET /frames/', {
  summary: 'List frames',
  description:
    'The frames that the caller may see and that match every filter given, newest first unless ordered otherwise. Unknown parameters are ignored; a parameter without a value counts as absent.',
  visibility: 'anyone',
  parameters: {
    ...paging,
    ...frameParts,
    ordering: parameter(
      {
        description:
          'Comma-separated fields, `-` for descending: id, basename, observation_date, primary_optical_element, configuration_type, proposal_id, instrument_id, target_name, reduction_level, exposure_time, distance. At most four of them; nothing after id or basename, which no two frames share, has a say. Text goes by code point, ties by descending id. `distance`, on the sphere, is that of the middle of the area from the middle of the `cone`, which has to be given with at most 10 degrees: all areas that hold a target are equally near to it, the one in whose middle it lies comes first. Pages by cursor do not go by distance.',
        example: '-observation_date',
      },
      parseOrdering,
      DEFAULT_ORDERING,
    ),
    pagination_style: lenient(
      {
        enum: ['offset', 'cursor'],
        description:
          '`cursor`: pages that are linked by opaque cursors, at a constant cost at any depth, without a count; `offset` otherwise.',
        example: 'cursor',
      },
      (text) => (text === 'cursor' ? 'cursor' : 'offset'),
    ),
    cursor: anyText({
      description: 'Where a page of pagination_style=cursor goes on: only ever taken from `next` or `previous`.',
      example: 'eyJv…',
    }),
    force_count: forceCount,
    ...frameFilters,
  },
  refusals: [404],
  answers: { 200: ok('One page of frames.', 'framePage'), ...notModified },
  async handle(asked) {
    const { c, caller, parameters, services, links } = asked
    const search: Search = {
      filters: givenFilters(parameters),
      ordering: orderingOf(parameters),
      science: services.config.configurationTypes.science,
      limit: parameters.limit,
      parts: partsOf(parameters),
    }
    if (parameters.pagination_style === 'offset') {
      const { offset, force_count } = parameters
      const found = await listFrames(searching(c).withLimits(knowing(c)), caller, search, {
        offset,
        exactly: force_count,
      })
      const { count, ...page } = offsetPage(asked, found, showFrame)
      return { count, count_estimated: found.estimated, ...page }
    }
    const { from, after } = readCursor(services, search.ordering, parameters.cursor)
    const { pool, mark } = walking(c, after)
    const { rows, more } = await walkFrames(pool, caller, search, from)
    const seen = await mark()
    const to = (row: FrameRow | undefined, direction: Keyset['direction']) =>
      row ? pageLink(c, { cursor: writeCursor(services, search.ordering, { row, direction, seen }) }) : null
    const forward = from?.direction !== 'backward'
    return {
      next: forward && !more ? null : to(rows.at(-1), 'forward'),
      previous: (forward && !from) || (!forward && !more) ? null : to(rows[0], 'backward'),
      results: rows.map((row) => showFrame(row, links)),
    }
  },
})

/** The ordering with what `distance` is measured from. */
function orderingOf(given: Record<string, unknown> & { ordering: Ordering; pagination_style: string }): Ordering {
  const ordering = measuredFrom(given.ordering, given.cone as Cone | undefined)
  if (ordering instanceof Refusal) throw new ValidationError({ ordering: [ordering.message] })
  if (given.pagination_style === 'cursor' && isByDistance(ordering))
    throw new ValidationError({ ordering: ['Pages by cursor do not go by distance: leave pagination_style out.'] })
  return ordering
}

interface From {
  from: Keyset | null
  /** The mark of the page that gave the cursor; null: none. */
  after: string | null
}

/** A cursor is signed, so that only those the archive gave out reach the database. */
function writeCursor(
  { keys }: Services,
  ordering: Ordering,
  { row, direction, seen }: { row: FrameRow; direction: Keyset['direction']; seen: string | null },
): string {
  const place = [orderingText(ordering), direction, keysOf(row, ordering)]
  return seal(keys, 'list cursor', seen === null ? place : [...place, seen])
}

function readCursor({ keys }: Services, ordering: Ordering, cursor: string | undefined): From {
  if (cursor === undefined) return { from: null, after: null }
  const payload = open(keys, 'list cursor', cursor)
  if (payload === null) throw new ArchiveError('invalid_cursor')
  const [written, direction, values, after = null] = payload as readonly [string, Keyset['direction'], unknown, string?]
  if (written !== orderingText(ordering) || !fits(ordering, values)) throw new ArchiveError('invalid_cursor')
  return { from: { direction, values }, after }
}
