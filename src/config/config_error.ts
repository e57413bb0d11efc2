/** What is wrong with one variable. `value` is null if it is missing or must not be shown. */
export interface ConfigProblem {
  readonly variable: string
  readonly value: string | null
  readonly expected: string
}

/**
 * The environment is unusable. The message lists all that is wrong, a variable per line, without
 * secrets.
 */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly problems: readonly ConfigProblem[]

  constructor(problems: readonly ConfigProblem[]) {
    const lines = problems.map(
      ({ variable, value, expected }) => `  ${variable}${value === null ? '' : ` is ${value}`}: expected ${expected}`,
    )
    super(`The configuration has ${problems.length === 1 ? 'a mistake' : 'mistakes'}:\n${lines.join('\n')}`)
    this.problems = problems
  }
}

const LONGEST_SHOWN = 120

/** A value for an error message: quoted, shortened, and without the user and password of a URL. */
export function quoteValue(text: string): string {
  const open = text.replace(/^([a-z0-9+.-]+:\/\/)?.*@/is, '$1…@')
  return JSON.stringify(open.length > LONGEST_SHOWN ? `${open.slice(0, LONGEST_SHOWN)}…` : open)
}
