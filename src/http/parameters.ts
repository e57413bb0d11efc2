import { ArchiveError, ValidationError } from '../errors.ts'
import { Refusal } from '../schemas/values.ts'
import type { Services } from '../services.ts'
import type { RequestContext } from './context.ts'

/** What OpenAPI says of a parameter; a text unless `type` says otherwise. */
export interface About {
  description: string
  example: unknown
  type?: 'string' | 'integer' | 'number' | 'boolean'
  format?: string
  minimum?: number
  maximum?: number
  maxLength?: number
  /** All that makes a difference, where that is a closed set. */
  enum?: string[]
  /** Kept for older clients only; the description says what replaces it. */
  deprecated?: true
}

/** A parameter: its documentation, its check, and the handler's value in one declaration. */
export interface Parameter<T = unknown> {
  in: 'path' | 'query'
  about: Omit<About, 'type'> & { type: NonNullable<About['type']> | 'array'; items?: { type: 'string' } }
  /** Whether it refuses values: its operations may answer 400. */
  refuses: boolean
  /** The value of what was sent under its name: nothing, or one text or several. */
  read(sent: readonly string[], services: Services): T | Refusal | Promise<T | Refusal>
}
export type Parameters = Record<string, Parameter>
/** The values of parameters, by their names. */
export type Values<P extends Parameters> = { [K in keyof P]: P[K] extends Parameter<infer T> ? T : never }

/** Of repeated values the last counts, without blanks around it; an empty one is none. */
const lastOf = (sent: readonly string[]): string | undefined => sent.at(-1)?.trim() || undefined

/** A query parameter that refuses what it cannot use. `absent`: its value if not given. */
export function parameter<T>(about: About, parse: Parse<T>): Parameter<T | undefined>
export function parameter<T>(about: About, parse: Parse<T>, absent: T): Parameter<T>
export function parameter<T>(about: About, parse: Parse<T>, absent?: T): Parameter<T | undefined> {
  return {
    in: 'query',
    about: { ...about, type: about.type ?? 'string' },
    refuses: true,
    read(sent, services) {
      const text = lastOf(sent)
      return text === undefined ? absent : parse(text, services)
    },
  }
}
type Parse<T> = (text: string, services: Services) => T | Refusal

/** A query parameter that never refuses: clients expect a default for what is of no use. */
export const lenient = <T>(about: About, read: (text: string | undefined, services: Services) => T): Parameter<T> => ({
  in: 'query',
  about: { ...about, type: about.type ?? 'string' },
  refuses: false,
  read: (sent, services) => read(lastOf(sent), services),
})

/** A text in the query. */
export const anyText = (about: About): Parameter<string | undefined> => lenient(about, (text) => text)

/** A parameter of the query of which every value counts, as it was sent. */
export const repeatable = <T>(
  { description, example, deprecated }: About,
  read: (texts: readonly string[], services: Services) => T | Refusal | Promise<T | Refusal>,
): Parameter<T> => ({
  in: 'query',
  about: { type: 'array', items: { type: 'string' }, description, example: [example], deprecated },
  refuses: false,
  read,
})

/** The id of a row in the path; what no row can have as its id is not found. */
export const pathId = (of: string): Parameter<number> => ({
  in: 'path',
  about: { type: 'integer', format: 'int64', minimum: 1, description: `The id of the ${of}.`, example: 4 },
  refuses: false,
  read([text = '']) {
    if (!/^\d+$/.test(text) || !Number.isSafeInteger(Number(text))) throw new ArchiveError('not_found')
    return Number(text)
  },
})

/** A text in the path. */
export const pathText = (about: About): Parameter<string> => ({
  in: 'path',
  about: { type: 'string', ...about },
  refuses: false,
  read: ([text = '']) => text,
})

const NOT_SENT: readonly string[] = []

/**
 * What reads the values of an operation's parameters out of a request.
 * @throws ValidationError what was refused, by parameter; `not_found` for an id that there cannot
 * be
 */
export function parametersReader<P extends Parameters>(parameters: P): (c: RequestContext) => Promise<Values<P>> {
  const entries = Object.entries(parameters)
  return async (c) => {
    const query = c.req.queries()
    const values: Record<string, unknown> = {}
    const errors: Record<string, string[]> = {}
    let isRefused = false
    for (const [name, parameter] of entries) {
      const sent = parameter.in === 'path' ? [c.req.param(name) ?? ''] : (query[name] ?? NOT_SENT)
      const read = parameter.read(sent, c.env)
      // few wait for anything, and there are some seventy
      const value = read instanceof Promise ? await read : read
      if (value instanceof Refusal) {
        errors[name] = [value.message]
        isRefused = true
      } else if (value !== undefined) values[name] = value
    }
    if (isRefused) throw new ValidationError(errors)
    return values as Values<P>
  }
}

/** Parameters as OpenAPI lists them. */
export const describeParameters = (parameters: Parameters) =>
  Object.entries(parameters).map(
    ([
      name,
      {
        in: place,
        about: { description, example, type, deprecated, ...schema },
      },
    ]) => ({
      schema: { type, ...schema },
      required: place === 'path',
      name,
      in: place,
      ...(deprecated && { deprecated }),
      description,
      example,
    }),
  )

/** Whether a lenient flag is set. */
export const isTrue = (text: string | undefined): boolean => /^(true|1|t|yes|y|on)$/i.test(text ?? '')

/** Whether a lenient flag is cleared. */
export const isFalse = (text: string | undefined): boolean => /^(false|0|f|no|n|off)$/i.test(text ?? '')
