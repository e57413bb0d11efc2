import { z } from '@hono/zod-openapi'
import type { RequestContext } from './context.ts'
import type { Asked } from './operation.ts'
import { anyText, isTrue, lenient } from './parameters.ts'

/** A number out of digits; what is none is 0. */
const wholeNumber = (text: string | undefined): number =>
  text && /^\+?\d+$/.test(text) ? Math.min(Number(text), Number.MAX_SAFE_INTEGER) : 0

/** What every list takes. */
export const paging = {
  limit: lenient(
    {
      type: 'integer',
      minimum: 1,
      description:
        'Results a page (100 unless the archive is configured otherwise); more than the archive allows (1000) is cut silently to what it allows.',
      example: 100,
    },
    (text, { config: { pagination } }) => Math.min(wholeNumber(text) || pagination.defaultLimit, pagination.maxLimit),
  ),
  offset: lenient(
    { type: 'integer', format: 'int64', minimum: 0, description: 'How many results to pass over.', example: 200 },
    wholeNumber,
  ),
  format: anyText({ enum: ['json'], description: 'The format of the answer; there is one: `json`.', example: 'json' }),
}

/** For lists whose counts may be estimated. */
export const forceCount = lenient(
  {
    type: 'boolean',
    description: 'true: count exactly however long it takes; else a large count may be estimated.',
    example: true,
  },
  isTrue,
)

/** Most names and values, cursors too. */
const UNQUOTED = /^[\w.~-]*$/

/** As Python's urlencode writes it, since that is what clients have seen. */
const quote = (text: string): string =>
  UNQUOTED.test(text)
    ? text
    : encodeURIComponent(text.toWellFormed())
        .replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
        .replaceAll('%20', '+')

/** This list's address with some parameters changed (null: taken out), sorted: scripts edit it. */
export function pageLink(c: RequestContext, changes: Record<string, string | number | null>): string {
  const query = c.req.queries()
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) delete query[name]
    else query[name] = [String(value)]
  }
  const pairs = Object.keys(query)
    .sort()
    .flatMap((name) => query[name]!.map((value) => `${quote(name)}=${quote(value)}`))
  const url = c.var.base + c.req.path
  return pairs.length ? `${url}?${pairs.join('&')}` : url
}

/**
 * A page by offset: what was found, as it is shown, with the pages before and after it. `estimated`:
 * the count is an estimate, which the answer says; `more`: whether rows follow, else the count tells.
 */
export function offsetPage<Row>(
  { c, links, parameters: { limit, offset } }: Asked<Pick<typeof paging, 'limit' | 'offset'>>,
  { count, rows, estimated, more }: { count: number; rows: Row[]; estimated?: boolean; more?: boolean },
  show: (row: Row, links: Asked['links']) => unknown,
) {
  const before = offset - limit > 0 ? offset - limit : null
  return {
    count,
    ...(estimated ? { count_estimated: true } : {}),
    next: (more ?? offset + limit < count) ? pageLink(c, { limit, offset: offset + limit }) : null,
    previous: offset > 0 ? pageLink(c, { limit, offset: before }) : null,
    results: rows.map((row) => show(row, links)),
  }
}

/** A page of results whose count may be an estimate. */
export const countedPageOf = <T extends z.ZodType>(item: T, name: string) => {
  const { count, ...rest } = pageOf(item, name).shape
  const estimated = z.literal(true).optional().openapi({
    description: 'true: `count` is an estimate, within a factor of two; absent where it is exact.',
    example: true,
  })
  return z.object({ count, count_estimated: estimated, ...rest }).openapi(name)
}

/** A page of results, as every list answers. */
export const pageOf = <T extends z.ZodType>(item: T, name: string) =>
  z
    .object({
      count: z.int().openapi({ format: 'int64', description: 'How many results there are in all.', example: 46 }),
      next: z.string().nullable().openapi({
        description: 'The next page; null on the last.',
        example: 'https://archive.example/frames/?limit=100&offset=100',
      }),
      previous: z.string().nullable().openapi({ description: 'The page before; null on the first.', example: null }),
      results: z.array(item).openapi({ description: 'The results of this page.' }),
    })
    .openapi(name)
