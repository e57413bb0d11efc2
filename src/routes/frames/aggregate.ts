import { ValidationError } from '../../errors.ts'
import { wholeAnswer } from '../../http/answer_headers.ts'
import { isCurrent, strongEtag } from '../../http/conditional.ts'
import { frameFilters } from '../../http/frame_parameters.ts'
import { header, ok, operation, parameter } from '../../http/operation.ts'
import { knowing } from '../../http/reading.ts'
import { searching } from '../../http/searching.ts'
import { type Aggregates, aggregatesAsText, type Facets } from '../../queries/frames/aggregate.ts'
import { givenFilters } from '../../schemas/filters.ts'
import { parseBoolean, parseInteger, parseText, parseTime } from '../../schemas/values.ts'

const DAY_MS = 86_400_000
const MAX_DAYS = 365
const utf8 = new TextEncoder()

const time = (description: string, example: string) =>
  parameter({ format: 'date-time', description, example }, parseTime)
const column = (name: string, example: string) =>
  parameter({ maxLength: 1000, description: `Only frames of this ${name}.`, example }, (text) =>
    parseText(text, 1000, 'blank'),
  )

const cached = {
  ETag: header('The mark of these values, for If-None-Match.', '"5d41402abc4b2a76b9719d911017c592"'),
  'Cache-Control': header('How long the answer may be kept, in seconds, and by whom.', 'max-age=60'),
  Vary: header('What the answer depends on.', 'Cookie, Authorization'),
}

export const framesAggregate = operation('framesAggregate', 'GET /frames/aggregate/', {
  summary: 'Distinct values of frames',
  description:
    'The sites, telescopes, filters, instruments, configuration types and proposals that occur among frames in a range of time.',
  visibility: 'anyone',
  parameters: {
    ...frameFilters,
    start: time(
      'Observed at or after this time (UTC unless it names a zone; cut to the minute). With `end`, at most 365 days apart unless `counts=true`.',
      '2016-01-01T00:00:00Z',
    ),
    end: time('Observed before this time (UTC unless it names a zone; cut to the minute).', '2016-06-01T00:00:00Z'),
    site_id: column('site id', 'ogg'),
    telescope_id: column('telescope id', '2m0a'),
    instrument_id: column('instrument id', 'fs02'),
    configuration_type: column('configuration type', 'EXPOSE'),
    proposal_id: column('proposal id', 'KEY2014A-002'),
    primary_optical_element: column('primary optical element', 'rp'),
    public: parameter(
      {
        type: 'boolean',
        description:
          "true: public frames too; false or absent: only the caller's own frames that are not public yet. Without any parameter: everything visible.",
        example: true,
      },
      parseBoolean,
    ),
    counts: parameter(
      {
        type: 'boolean',
        description: 'true: add how many frames have each value, of a range of any length.',
        example: true,
      },
      parseBoolean,
    ),
    query_timeout: parameter(
      {
        type: 'integer',
        minimum: 0,
        maximum: 20000,
        description: 'Give up after this many milliseconds; 0: the archive decides.',
        example: 10000,
      },
      (text) => parseInteger(text, 0, 20000),
    ),
  },
  answers: {
    200: { ...ok('The distinct values.', 'aggregates'), headers: cached },
    304: { description: 'The same as the ETag in If-None-Match.' },
  },
  async handle({ c, caller, parameters, services }) {
    const { start, end, public: publicToo, query_timeout, counts, ...others } = parameters
    if ((start === undefined) !== (end === undefined)) throw new ValidationError('both start & end must be specified')
    const range = start === undefined || end === undefined ? undefined : { start, end }
    if (range && !counts && Date.parse(range.end) - Date.parse(range.start) > MAX_DAYS * DAY_MS)
      throw new ValidationError('time range must be less than or equal to a year (365 days)')
    const everything = [start, publicToo, query_timeout, ...Object.values(others)].every((value) => value === undefined)
    const filters = givenFilters(others)
    if (range) {
      filters.push({ name: 'start', parameter: 'start', value: toMinute(range.start) })
      filters.push({ name: 'before', parameter: 'end', value: toMinute(range.end) })
    }
    const scope = {
      filters,
      whose: publicToo || everything ? ('visible' as const) : ('own not public' as const),
      science: services.config.configurationTypes.science,
      timeoutMs: query_timeout ?? 0,
    }
    const write = (aggregates: Aggregates) => writeAggregates(aggregates, counts === true)
    const form = counts ? 'counts' : 'values'
    const limits = knowing(c)
    const pool = searching(c).withLimits(limits)
    // what another makes at this moment may be made at a replica that does not know of the write yet
    const together = ((await limits.asOf?.()) ?? null) === null ? 'together' : 'alone'
    const { text, etag } = await aggregatesAsText(services.facets, pool, caller, scope, { form, write, together })
    const headers = { etag, 'cache-control': caller.kind === 'anonymous' ? 'max-age=60' : 'private, max-age=60' }
    if (isCurrent(c, etag)) return wholeAnswer(c, null, 304, headers)
    const body = utf8.encode(`${text.slice(0, -1)},"generated_at":"${new Date().toISOString()}"}`)
    return wholeAnswer(c, body, 200, { ...headers, 'content-type': 'application/json' })
  },
})

/** All of the answer but when it was made, and its ETag. */
function writeAggregates({ facets, isPartial }: Aggregates, counts: boolean) {
  const text = JSON.stringify({
    ...each(facets, (values) => [...values.keys()]),
    ...(counts && { counts: each(facets, (values) => Object.fromEntries(values)) }),
    ...(isPartial && { is_partial: true }),
  })
  return { text, etag: strongEtag(text) }
}

/** Cut to the minute. */
const toMinute = (time: string): string => new Date(Math.floor(Date.parse(time) / 60_000) * 60_000).toISOString()

const each = <T>(facets: Facets, show: (values: Map<string, number>) => T): Record<string, T> =>
  Object.fromEntries(Object.entries(facets).map(([name, values]) => [name, show(values)]))
