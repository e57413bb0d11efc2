/** What a finding is about, as readiness and the configuration's sections name it. */
export type Subject =
  | 'configuration'
  | 'data directory'
  | 'database'
  | 'replica'
  | 'files'
  | 'cache'
  | 'messages'
  | 'portal'
  | 'configdb'

/** `warning`: the archive works, but not as it should, or not for long. `error`: part of it does not work. */
export type Level = 'ok' | 'warning' | 'error'

/** One thing that was looked at, in words for the operator. */
export interface Finding {
  subject: Subject
  level: Level
  says: string
  /** What to do about it. */
  advice?: string
}

export const ok = (subject: Subject, says: string): Finding => ({ subject, level: 'ok', says })
export const warning = (subject: Subject, says: string, advice: string): Finding => ({
  subject,
  level: 'warning',
  says,
  advice,
})
export const problem = (subject: Subject, says: string, advice: string): Finding => ({
  subject,
  level: 'error',
  says,
  advice,
})

/** Something to look at; what it throws is a finding too. */
export interface Check {
  subject: Subject
  /** What it is about, where it does not come to an end. */
  name: string
  run(): Promise<Finding[]>
  /** How long it takes where all is well, in milliseconds, which it may take on top of the others' time. */
  moreMs?: number
  /** What to do where it fails or is late. */
  advice?: string
}

/**
 * Runs checks side by side, each with a time of its own: one that hangs is a finding, and holds up no
 * other.
 * @param withinMs how long each may take
 * @param explain words for what a check threw
 */
export async function runChecks(
  checks: readonly Check[],
  withinMs: number,
  explain: (error: unknown) => string,
): Promise<Finding[]> {
  const found = await Promise.all(checks.map((check) => runCheck(check, withinMs + (check.moreMs ?? 0), explain)))
  return found.flat()
}

async function runCheck(
  { subject, name, run, advice }: Check,
  withinMs: number,
  explain: (error: unknown) => string,
): Promise<Finding[]> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<Finding[]>((resolve) => {
    timer = setTimeout(
      () =>
        resolve([
          problem(
            subject,
            `${name}: no answer within ${withinMs / 1000} s`,
            advice ??
              'Whatever answers at that address takes connections and says nothing: see whether it is the right one, and its own log.',
          ),
        ]),
      withinMs,
    )
  })
  try {
    return await Promise.race([run(), late])
  } catch (error) {
    return [problem(subject, `${name}: ${explain(error)}`, advice ?? 'See the log of that service.')]
  } finally {
    clearTimeout(timer)
  }
}

const ORDER: readonly Level[] = ['ok', 'warning', 'error']

/** The worst level among findings; `ok` of none. */
export const worstOf = (findings: readonly Pick<Finding, 'level'>[]): Level =>
  ORDER[Math.max(0, ...findings.map(({ level }) => ORDER.indexOf(level)))]!
