/** One thing wrong with the environment. `value` is null where the variable is missing or its value must not be shown. */
export interface ConfigProblem {
  readonly variable: string
  readonly value: string | null
  readonly expected: string
}

/** The environment cannot be used. Its message lists everything that is wrong, one variable a line, and no secret. */
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

/** A value as an error message may show it: quoted, cut to a readable length, without the user and password of a URL. */
export function shownValue(text: string): string {
  const open = text.replace(/^([a-z0-9+.-]+:\/\/)?.*@/is, '$1…@')
  return JSON.stringify(open.length > LONGEST_SHOWN ? `${open.slice(0, LONGEST_SHOWN)}…` : open)
}
