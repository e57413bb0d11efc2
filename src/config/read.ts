import { type ConfigProblem, shownValue } from './config_error.ts'
import { SECTIONS, type Variable } from './variables.ts'

/** The environment as it comes: texts by name. */
export type Environment = Readonly<Record<string, string | undefined>>

type Sections = typeof SECTIONS
type Section = Sections[keyof Sections]
export type VariableName = { [S in keyof Sections]: keyof Sections[S] }[keyof Sections]
type ValueOf<V> = V extends Variable<infer T> ? T : never

/** Every variable's value by its name: what was given, else its default (null where there is none). */
export type Values = { readonly [N in VariableName]: ValueOf<Extract<Section, Record<N, unknown>>[N]> }

/** The environment once read. */
export interface Reading {
  readonly values: Values
  readonly problems: readonly ConfigProblem[]
  /** Variables that hold more than blanks. */
  readonly given: ReadonlySet<VariableName>
}

export const VARIABLES = Object.assign({}, ...Object.values(SECTIONS)) as Readonly<
  Record<VariableName, Variable<unknown>>
>

/** Parses each variable by itself. A bad one is reported and stands at its default, so that the rest can be checked too. */
export function readVariables(env: Environment): Reading {
  const values: Record<string, unknown> = {}
  const problems: ConfigProblem[] = []
  const given = new Set<VariableName>()
  for (const [name, variable] of Object.entries(VARIABLES) as [VariableName, Variable<unknown>][]) {
    const text = env[name]
    const blank = text === undefined || text.trim() === ''
    if (!blank) given.add(name)
    const parsed = text === undefined || (blank && variable.blank === 'missing') ? null : variable.parse(text)
    if (parsed !== null && 'expected' in parsed) problems.push(problem(name, text, parsed.expected))
    values[name] = parsed !== null && 'value' in parsed ? parsed.value : fallbackOf(name, variable)
  }
  return { values: values as Values, problems, given }
}

/** What is wrong with a variable; its value is told unless it is a secret. */
export function problem(name: VariableName, text: string | undefined, expected: string): ConfigProblem {
  const value =
    text === undefined ? null : VARIABLES[name].secrecy === 'secret' ? 'not usable (not shown)' : shownValue(text)
  return { variable: name, value, expected }
}

function fallbackOf(name: VariableName, { parse, fallback }: Variable<unknown>): unknown {
  if (fallback === null) return null
  const parsed = parse(fallback)
  if ('expected' in parsed) throw new TypeError(`${name}: its own default is not ${parsed.expected}`)
  return parsed.value
}
