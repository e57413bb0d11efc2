import { z } from '@hono/zod-openapi'
import type { Config } from '../config/config.ts'

export type Query = Record<string, string[]>

/** The last value of a parameter, trimmed; undefined when it is absent or empty. */
export const last = (query: Query, name: string): string | undefined => query[name]?.at(-1)?.trim() || undefined

/** What is no positive number is the default, what is too large the maximum: silently, as clients expect. */
export function limitOf(query: Query, { defaultLimit, maxLimit }: Config['pagination']): number {
  const text = last(query, 'limit')
  const limit = text && /^\+?\d+$/.test(text) ? Number(text) : 0
  return limit > 0 ? Math.min(limit, maxLimit) : Math.min(defaultLimit, maxLimit)
}

export function offsetOf(query: Query): number {
  const text = last(query, 'offset')
  return text && /^\+?\d+$/.test(text) ? Math.min(Number(text), Number.MAX_SAFE_INTEGER) : 0
}

/** As Python's urlencode writes it, since that is what clients have seen. */
const quote = (text: string): string =>
  encodeURIComponent(text.toWellFormed())
    .replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+')

/** The address of this list with some parameters changed (null takes one out), keys in alphabetical order: scripts edit these links. */
export function link(url: string, query: Query, changes: Record<string, string | number | null>): string {
  const merged: Query = { ...query }
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) delete merged[name]
    else merged[name] = [String(value)]
  }
  const pairs = Object.keys(merged)
    .sort()
    .flatMap((name) => merged[name]!.map((value) => `${quote(name)}=${quote(value)}`))
  return pairs.length ? `${url}?${pairs.join('&')}` : url
}

/** `next` and `previous` of a page by offset. */
export function offsetLinks(url: string, query: Query, limit: number, offset: number, count: number) {
  const next = offset + limit < count ? link(url, query, { limit, offset: offset + limit }) : null
  const previous = offset <= 0 ? null : link(url, query, { limit, offset: offset - limit > 0 ? offset - limit : null })
  return { next, previous }
}

const parameter = (
  name: string,
  description: string,
  example: unknown,
  schema: Record<string, unknown> = { type: 'string' },
) => z.unknown().openapi({ ...schema, param: { name, in: 'query', required: false, description, example } } as never)

export const pagingParameters = {
  limit: parameter(
    'limit',
    'Results a page (100 unless the archive is configured otherwise); more than the archive allows (1000) is cut silently to what it allows.',
    100,
    { type: 'integer', minimum: 1 },
  ),
  offset: parameter('offset', 'How many results to pass over.', 200, { type: 'integer', minimum: 0 }),
  format: parameter('format', 'The format of the answer; there is one: `json`.', 'json'),
}

export const partParameters = {
  include_related_frames: parameter('include_related_frames', 'false: leave the ids of related frames out.', false, {
    type: 'boolean',
  }),
  include_thumbnails: parameter('include_thumbnails', "true: add each frame's thumbnails.", true, { type: 'boolean' }),
}

export const listParameters = {
  ...pagingParameters,
  ...partParameters,
  ordering: parameter(
    'ordering',
    'Comma-separated fields, `-` for descending: id, basename, observation_date, primary_optical_element, configuration_type, proposal_id, instrument_id, target_name, reduction_level, exposure_time. At most four of them; nothing after id or basename, which no two frames share, has a say. Text goes by code point, ties by descending id.',
    '-observation_date',
  ),
  pagination_style: parameter(
    'pagination_style',
    '`cursor`: pages that are linked by opaque cursors, at a constant cost at any depth, without a count.',
    'cursor',
  ),
  cursor: parameter(
    'cursor',
    'Where a page of pagination_style=cursor goes on: only ever taken from `next` or `previous`.',
    'eyJv…',
  ),
  force_count: parameter(
    'force_count',
    'true: count exactly however long it takes. Counts are exact here anyway.',
    true,
    { type: 'boolean' },
  ),
}

/** A page of results, as every list answers. */
export const pageOf = <T extends z.ZodType>(item: T, name: string) =>
  z
    .object({
      count: z.int().openapi({ description: 'How many results there are in all.', example: 46 }),
      next: z.string().nullable().openapi({
        description: 'The next page; null on the last.',
        example: 'https://archive.example/frames/?limit=100&offset=100',
      }),
      previous: z.string().nullable().openapi({ description: 'The page before; null on the first.', example: null }),
      results: z.array(item).openapi({ description: 'The results of this page.' }),
    })
    .openapi(name)
