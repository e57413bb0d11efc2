import { type ConfigProblem, quoteValue } from './config_error.ts'
import { SECTIONS, type Variable } from './variables.ts'

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>

type Sections = typeof SECTIONS
type Section = Sections[keyof Sections]
export type VariableName = { [S in keyof Sections]: keyof Sections[S] }[keyof Sections]
type ValueOf<V> = V extends Variable<infer T> ? T : never

/** The value of every variable: as given, or else its default (null if it has none). */
export type Values = { readonly [N in VariableName]: ValueOf<Extract<Section, Record<N, unknown>>[N]> }

/** What was read from the environment. */
export interface Reading {
  readonly values: Values
  readonly problems: readonly ConfigProblem[]
  /** Variables that are not blank. */
  readonly given: ReadonlySet<VariableName>
}

/** All variables by name. */
export const VARIABLES = Object.assign({}, ...Object.values(SECTIONS)) as Readonly<
  Record<VariableName, Variable<unknown>>
>

/**
 * Parses each variable on its own. A bad one is reported and gets its default, so that the rest can
 * be checked too.
 */
export function readVariables(env: Environment): Reading {
  const values: Record<string, unknown> = {}
  const problems: ConfigProblem[] = []
  const given = new Set<VariableName>()
  for (const [name, variable] of Object.entries(VARIABLES) as [VariableName, Variable<unknown>][]) {
    const text = env[name]
    const blank = text === undefined || text.trim() === ''
    if (!blank) given.add(name)
    const parsed = text === undefined || (blank && variable.blank === 'missing') ? null : variable.parse(text)
    if (parsed !== null && 'expected' in parsed) problems.push(describeProblem(name, text, parsed.expected))
    values[name] = parsed !== null && 'value' in parsed ? parsed.value : parseFallback(name, variable)
  }
  return { values: values as Values, problems, given }
}

/** What is wrong with a variable, with its value unless that is secret. */
export function describeProblem(name: VariableName, text: string | undefined, expected: string): ConfigProblem {
  const value =
    text === undefined ? null : VARIABLES[name].secrecy === 'secret' ? 'not usable (not shown)' : quoteValue(text)
  return { variable: name, value, expected }
}

function parseFallback(name: VariableName, { parse, fallback }: Variable<unknown>): unknown {
  if (fallback === null) return null
  const parsed = parse(fallback)
  if ('expected' in parsed) throw new TypeError(`${name}: its own default is not ${parsed.expected}`)
  return parsed.value
}
