import { z } from '@hono/zod-openapi'
import { parseBodyDate, parseBodyDateTime } from './dates.ts'

/**
 * The fields of JSON and form bodies, refusing what Django REST framework's fields refuse and with
 * its words: reduction pipelines and ingesters print them, and the recordings under test/contract
 * hold them.
 */
export type OpenApi = Record<string, unknown> & { description: string; example?: unknown }
export class Refusal {
  readonly message: string
  constructor(message: string) {
    this.message = message
  }
}
/** A value that cannot be used, and why, in the words of Django REST framework. */
export const refuse = (message: string): Refusal => new Refusal(message)

export const REQUIRED = 'This field is required.'
const NOT_NULL = 'This field may not be null.'
const NUL = 'Null characters are not allowed.'
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

/** The name Python would give the type of a JSON value: the reference's messages carry it. */
export function pythonType(value: unknown): string {
  if (value === null) return 'NoneType'
  if (Array.isArray(value)) return 'list'
  if (typeof value === 'string') return 'str'
  if (typeof value === 'boolean') return 'bool'
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'float'
  return 'dict'
}

/** Whether a text has a NUL character, which PostgreSQL cannot store. */
export const hasNul = (text: string): boolean => text.includes('\0')
const loneSurrogate = (text: string): boolean => !(text as string & { isWellFormed(): boolean }).isWellFormed()

/** A text or a number as a text, trimmed; `max`: characters. */
export function parseText(value: unknown, max: number, blank: 'blank' | 'filled'): string | Refusal {
  if (typeof value !== 'string' && typeof value !== 'number') return refuse('Not a valid string.')
  const text = String(value).trim()
  if (hasNul(text)) return refuse(NUL)
  if (loneSurrogate(text)) return refuse('Not a valid string.')
  if (text === '' && blank === 'filled') return refuse('This field may not be blank.')
  if (text.length > max * 2 || [...text].length > max)
    return refuse(`Ensure this field has no more than ${max} characters.`)
  return text
}

/** A text of at most `max` characters. */
export const text = <const P extends Presence = Optional>(
  max: number,
  blank: 'blank' | 'filled',
  openapi: OpenApi,
  presence?: P,
) => field((v) => parseText(v, max, blank), { type: 'string', maxLength: max, ...openapi }, presence)

/** A whole number, or the digits of one. */
export function parseInteger(value: unknown, min: number, max: number): number | Refusal {
  if (typeof value !== 'number' && typeof value !== 'string') return refuse('A valid integer is required.')
  const written = String(value).trim()
  if (written.length > 1000) return refuse('String value too large.')
  // a number beyond 2^53 is out of range whatever its digits were
  if (!(typeof value === 'number' ? Number.isInteger(value) : /^[+-]?\d+(\.0*)?$/.test(written)))
    return refuse('A valid integer is required.')
  const number = Number(written)
  if (number < min) return refuse(`Ensure this value is greater than or equal to ${min}.`)
  if (number > max) return refuse(`Ensure this value is less than or equal to ${max}.`)
  return number
}

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

const WRONG_DATETIME =
  'Datetime has wrong format. Use one of these formats instead: YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z].'
/** ISO 8601, as PostgreSQL gets it. */
export const parseTime = (v: unknown): string | Refusal =>
  (typeof v === 'string' ? parseBodyDateTime(v) : null) ?? refuse(WRONG_DATETIME)
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

/** A boolean as DRF's BooleanField takes it in a body or an aggregate's query. */
const TRUE = new Set('t T y Y yes Yes YES true True TRUE on On ON 1'.split(' '))
const FALSE = new Set('f F n N no No NO false False FALSE off Off OFF 0 0.0'.split(' '))
/** What Django REST framework takes for a boolean: `true`, `1`, `yes`, `on` and their opposites. */
export function parseBoolean(v: unknown): boolean | Refusal {
  const written = typeof v === 'string' ? v.trim() : typeof v === 'boolean' || typeof v === 'number' ? String(v) : ''
  if (TRUE.has(written)) return true
  return FALSE.has(written) ? false : refuse('Must be a valid boolean.')
}
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

interface Issue {
  path: PropertyKey[]
  message: string
}

/**
 * zod's issues in Django REST framework's shape: `{field: [message]}`; of a list of objects a list
 * with `{}` for the good ones; of a list of plain values an object keyed by index.
 */
export function drfErrors(issues: readonly Issue[], input: unknown): unknown {
  const groups = new Map<PropertyKey, Issue[]>()
  const own: string[] = []
  for (const { path, message } of issues) {
    const [head, ...rest] = path
    const issue = { path: rest, message }
    if (head === undefined) own.push(message)
    else if (!groups.get(head)?.push(issue)) groups.set(head, [issue])
  }
  if (groups.size === 0) return own
  const child = (key: PropertyKey) => (input as Record<PropertyKey, unknown> | undefined)?.[key]
  const entries = [...groups].map(([key, group]) => [key, drfErrors(group, child(key))] as const)
  const ofObjects = Array.isArray(input) && issues.some((i) => i.path.length > 1)
  if (ofObjects) {
    const byIndex = new Map(entries)
    return input.map((_, i) => byIndex.get(i) ?? {})
  }
  return Object.fromEntries(own.length ? [...entries, ['non_field_errors', own]] : entries)
}
