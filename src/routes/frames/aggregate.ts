import { createRoute, z } from '@hono/zod-openapi'
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import { ValidationError } from '../../errors.ts'
import { isCurrent } from '../../http/conditional.ts'
import { operation } from '../../http/operation.ts'
import { last } from '../../http/paging.ts'
import { anyone, header, ok, refusals } from '../../http/responses.ts'
import { searching } from '../../http/searching.ts'
import { AGGREGATE_FILTERS, aggregateFrames } from '../../queries/frames/aggregate.ts'
import { check } from '../../schemas/check.ts'
import { boolean, dateTime, integer, type OpenApi, text } from '../../schemas/fields.ts'

const DAY_MS = 86_400_000
const MAX_DAYS = 365

const parameter = (name: string, about: OpenApi) =>
  ({ ...about, param: { name, in: 'query', required: false, ...about } }) as unknown as OpenApi

const query = z.object({
  start: dateTime(
    parameter('start', {
      description:
        'Observed at or after this time (UTC unless it names a zone; cut to the minute). With `end`, at most 365 days apart.',
      example: '2016-01-01T00:00:00Z',
    }),
  ),
  end: dateTime(
    parameter('end', {
      description: 'Observed before this time (UTC unless it names a zone; cut to the minute).',
      example: '2016-06-01T00:00:00Z',
    }),
  ),
  ...Object.fromEntries(
    AGGREGATE_FILTERS.map((name) => [
      name,
      text(
        1000,
        'blank',
        parameter(name, {
          description: `Only frames of this ${name.replaceAll('_', ' ')}.`,
          example: {
            site_id: 'ogg',
            telescope_id: '2m0a',
            instrument_id: 'fs02',
            configuration_type: 'EXPOSE',
            proposal_id: 'KEY2014A-002',
            primary_optical_element: 'rp',
          }[name],
        }),
      ),
    ]),
  ),
  public: boolean(
    parameter('public', {
      description:
        "true: public frames too; false or absent: only the caller's own frames that are not public yet. Without any parameter: everything visible.",
      example: true,
    }),
  ),
  query_timeout: integer(
    0,
    20000,
    parameter('query_timeout', {
      description: 'Give up after this many milliseconds; 0: the archive decides.',
      example: 10000,
    }),
  ),
})

const list = (description: string, example: string) => z.array(z.string()).openapi({ description, example: [example] })
const answer = z
  .object({
    sites: list('Site codes.', 'ogg'),
    telescopes: list('Telescope codes.', '2m0a'),
    filters: list('Primary optical elements.', 'rp'),
    instruments: list('Instrument codes.', 'fs02'),
    obstypes: list('Configuration types.', 'EXPOSE'),
    proposals: list('Proposals.', 'KEY2014A-002'),
    generated_at: z.string().openapi({
      format: 'date-time',
      description: 'When this was computed, UTC.',
      example: '2016-06-01T00:00:00.000Z',
    }),
  })
  .openapi('Aggregates')

const cached = {
  ETag: header('The mark of these values, for If-None-Match.', '"5d41402abc4b2a76b9719d911017c592"'),
  'Cache-Control': header('How long the answer may be kept, in seconds, and by whom.', 'max-age=60'),
  Vary: header('What the answer depends on.', 'Cookie, Authorization'),
}

export const framesAggregate = operation(
  createRoute({
    method: 'get',
    path: '/frames/aggregate/',
    operationId: 'framesAggregate',
    tags: ['frames'],
    summary: 'Distinct values of frames',
    description:
      'The sites, telescopes, filters, instruments, configuration types and proposals that occur among frames in a range of time.',
    security: anyone,
    request: { query },
    responses: {
      200: { ...ok('The distinct values.', answer), headers: cached },
      304: { description: 'The same as the ETag in If-None-Match.' },
      ...refusals(400),
    },
  }),
  async (c) => {
    const given = c.req.queries()
    const values = Object.fromEntries(Object.keys(query.shape).map((name) => [name, last(given, name)]))
    const { start, end, public: publicToo, query_timeout, ...filters } = check(query, values) as Record<string, unknown>
    if ((start === undefined) !== (end === undefined)) throw new ValidationError('both start & end must be specified')
    if (start !== undefined && Date.parse(end as string) - Date.parse(start as string) > MAX_DAYS * DAY_MS)
      throw new ValidationError('time range must be less than or equal to a year (365 days)')
    const everything = Object.values(values).every((v) => v === undefined)
    const found = await aggregateFrames(searching(c), c.var.caller, {
      range: start === undefined ? undefined : { start: start as string, end: end as string },
      whose: publicToo || everything ? 'all visible' : 'own',
      filters,
      timeoutMs: (query_timeout as number | undefined) ?? 0,
    })
    const etag = `"${bytesToHex(sha256(utf8ToBytes(JSON.stringify(found)))).slice(0, 32)}"`
    const headers = {
      etag,
      'cache-control': c.var.caller.kind === 'anonymous' ? 'max-age=60' : 'private, max-age=60',
    }
    if (isCurrent(c, etag)) return c.body(null, 304, headers)
    return c.json({ ...found, generated_at: new Date().toISOString() }, 200, headers)
  },
)
