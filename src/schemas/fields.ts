import { z } from '@hono/zod-openapi'
import { parseBodyDate } from './dates.ts'
import { parseBoolean, parseInteger, parseText, parseTime, pythonType, Refusal, refuse } from './values.ts'

/**
 * The fields of JSON and form bodies, refusing what Django REST framework's fields refuse and with
 * its words: reduction pipelines and ingesters print them, and the recordings under test/contract
 * hold them.
 */
export type OpenApi = Record<string, unknown> & { description: string; example?: unknown }

export const REQUIRED = 'This field is required.'
const NOT_NULL = 'This field may not be null.'
const INT4 = 2147483647

interface Presence {
  required?: boolean
  nullable?: boolean
}
type Optional = Record<never, never>
/** What a field may be, besides its value. */
type Absence<P extends Presence> =
  | (P extends { required: true } ? never : undefined)
  | (P extends { nullable: true } ? null : never)

/** A zod field from a plain parser. Left out it is `undefined`, or refused if required. */
export function field<T, const P extends Presence = Optional>(
  parse: (value: unknown) => T | Refusal,
  openapi: OpenApi,
  presence?: P,
): z.ZodType<T | Absence<P>, unknown> {
  const schema = z.unknown().transform((value, ctx): T | null => {
    const fail = (message: string) => {
      ctx.addIssue({ code: 'custom', message })
      return z.NEVER
    }
    if (value === undefined) return fail(REQUIRED)
    if (value === null) return presence?.nullable ? null : fail(NOT_NULL)
    const parsed = parse(value)
    return parsed instanceof Refusal ? fail(parsed.message) : parsed
  })
  const { type } = openapi
  return declared(schema, presence?.nullable && type ? { ...openapi, type: [type, 'null'] } : openapi, presence)
}

/** A field with what OpenAPI says of it, whose types cannot follow what `presence` says. */
const declared = (schema: z.ZodType, openapi: OpenApi, presence: Presence | undefined) =>
  (presence?.required ? schema : schema.optional()).openapi(openapi as never) as never

/** A text of at most `max` characters. */
export const text = <const P extends Presence = Optional>(
  max: number,
  blank: 'blank' | 'filled',
  openapi: OpenApi,
  presence?: P,
) => field((v) => parseText(v, max, blank), { type: 'string', maxLength: max, ...openapi }, presence)

/** A whole number. */
export const integer = <const P extends Presence = Optional>(
  min: number,
  max: number,
  openapi: OpenApi,
  presence?: P,
) => field((v) => parseInteger(v, min, max), { type: 'integer', minimum: min, maximum: max, ...openapi }, presence)

/** A PostgreSQL `integer` that is not negative: every id of the archive. */
export const identifier = <const P extends Presence = Optional>(openapi: OpenApi, presence?: P) =>
  integer(0, INT4, openapi, presence)

/** A finite number, or the digits of one. */
export const number = <const P extends Presence = Optional>(openapi: OpenApi, presence?: P) =>
  field(
    (v) => {
      const written = typeof v === 'string' ? v.trim() : v
      const parsed =
        typeof written === 'string' && written.length <= 1000 && /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(written)
          ? Number(written)
          : written
      return typeof parsed === 'number' && Number.isFinite(parsed) ? parsed : refuse('A valid number is required.')
    },
    { type: 'number', format: 'double', ...openapi },
    presence,
  )

/** A date and time. */
export const dateTime = <const P extends Presence = Optional>(openapi: OpenApi, presence?: P) =>
  field(parseTime, { type: 'string', format: 'date-time', ...openapi }, presence)

/** A date. */
export const date = <const P extends Presence = Optional>(openapi: OpenApi, presence?: P) =>
  field(
    (v) =>
      (typeof v === 'string' ? parseBodyDate(v) : null) ??
      refuse('Date has wrong format. Use one of these formats instead: YYYY-MM-DD, YYYYMMDD.'),
    { type: 'string', format: 'date', ...openapi },
    presence,
  )

/** true or false. */
export const boolean = <const P extends Presence = Optional>(openapi: OpenApi, presence?: P) =>
  field(parseBoolean, { type: 'boolean', ...openapi }, presence)

/** One of the choices; none given: any text. */
export const choice = <const P extends Presence = Optional>(
  openapi: OpenApi,
  choices?: readonly string[],
  presence?: P,
) =>
  field(
    (v) =>
      (typeof v === 'string' || typeof v === 'number') && (!choices || choices.includes(String(v)))
        ? String(v)
        : refuse(notAChoice(v)),
    { type: 'string', ...openapi },
    presence,
  )
const MAX_ECHO = 200
const notAChoice = (value: unknown): string =>
  `"${(typeof value === 'string' ? value : JSON.stringify(value)).slice(0, MAX_ECHO).toWellFormed()}" is not a valid choice.`

/** A JSON object kept as it is. */
export const object = <const P extends Presence = Optional>(openapi: OpenApi, presence?: P) =>
  field(
    (v) =>
      typeof v === 'object' && !Array.isArray(v)
        ? (v as Record<string, unknown>)
        : refuse(`Expected a dictionary of items but got type "${pythonType(v)}".`),
    { type: 'object', additionalProperties: true, ...openapi },
    presence,
  )

/** More than a person reads, and far less than would make an answer larger than its body. */
const MAX_REFUSALS = 100
const MAX_ITEMS = 10_000
/** The refusal of a list with more than `max` elements. */
export const tooMany = (max: number): string => `Ensure this field has no more than ${max} elements.`

/** A list of plain values, each through `item`; refusals are keyed by index. */
export function list<T, const P extends Presence = Optional>(
  item: (value: unknown) => T | Refusal,
  openapi: OpenApi & { items: Record<string, unknown> },
  presence?: P,
): z.ZodType<T[] | Absence<P>, unknown> {
  const schema = z.unknown().transform((value, ctx): T[] => {
    let refused = 0
    const fail = (message: string, path: PropertyKey[] = []) => {
      ctx.addIssue({ code: 'custom', message, path })
      return z.NEVER
    }
    if (value === undefined) return fail(REQUIRED)
    if (value === null) return fail(NOT_NULL)
    if (!Array.isArray(value)) return fail(`Expected a list of items but got type "${pythonType(value)}".`)
    if (value.length > MAX_ITEMS) return fail(tooMany(MAX_ITEMS))
    return value.map((v, i) => {
      const parsed = v === null ? refuse(NOT_NULL) : item(v)
      if (!(parsed instanceof Refusal)) return parsed
      return refused++ < MAX_REFUSALS ? fail(parsed.message, [i]) : z.NEVER
    })
  })
  return declared(schema, { type: 'array', maxItems: MAX_ITEMS, ...openapi }, presence)
}
