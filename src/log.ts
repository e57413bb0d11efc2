import type { DatabaseFault } from './errors.ts'

/** One line a message; `fields` are added to it. */
export interface Log {
  info(message: string, fields?: Record<string, unknown>): void
  warn(message: string, fields?: Record<string, unknown>): void
  error(message: string, fields?: Record<string, unknown>): void
}

const plain = (_: string, value: unknown): unknown => {
  if (value instanceof Error) return value.stack ?? String(value)
  return typeof value === 'bigint' ? String(value) : value
}

/** One line of a log as a JSON object: time (UTC), level and message, then the fields. A field cannot take the place of those. */
export function logLine(level: string, message: string, fields: Record<string, unknown> = {}): string {
  const own = { time: new Date().toISOString(), level, message }
  try {
    return JSON.stringify({ ...own, ...fields, ...own }, plain)
  } catch {
    return JSON.stringify({ ...own, fields: String(fields) })
  }
}

/** What comes and goes is talked about once in this time, in milliseconds. */
const QUIET_MS = 60_000
const PROBE_MS = 1_000

/** An outage of something that the archive depends on: one line in the log when it begins and one when it is over, however many notice. */
export interface Outage {
  /** Something failed for it; the fields of the first failure are logged. */
  begin(fields?: Record<string, unknown>): void
  /** Something was late: an outage if the probe fails too, else what it is by itself. */
  suspect(alone: string, fields: Record<string, unknown>): void
  /** Something succeeded, which ends it. */
  end(): void
}

/**
 * @param began what is logged when it begins
 * @param over what is logged when it is over, with how many failures there were and how long it took
 * @param probe tried once a second while it lasts: its success ends it, where no other success is seen
 */
export function outage(log: Log, began: string, over: string, probe?: () => Promise<unknown>): Outage {
  /** When it began; null: all is well, as far as is known. */
  let since: number | null = null
  let failures = 0
  let isTold = false
  let lastTold = Number.NEGATIVE_INFINITY
  let isSuspected = false

  function end(): void {
    if (since === null) return
    if (isTold) {
      log.info(over, { failures, away_s: Math.round((Date.now() - since) / 1000) })
      failures = 0
    }
    since = null
    isTold = false
  }
  function probeLater(): void {
    if (!probe) return
    const timer = setTimeout(() => probe().then(end, probeLater), PROBE_MS)
    // an outage is no reason to go on running
    ;(timer as { unref?(): void }).unref?.()
  }
  function begin(fields?: Record<string, unknown>): void {
    failures++
    if (since === null) probeLater()
    since ??= Date.now()
    if (isTold || Date.now() - lastTold < QUIET_MS) return
    isTold = true
    lastTold = Date.now()
    log.warn(began, { ...fields, failures })
  }
  function suspect(alone: string, fields: Record<string, unknown>): void {
    if (since !== null) failures++
    if (since !== null || isSuspected || !probe) return
    isSuspected = true
    const settled = () => {
      isSuspected = false
    }
    probe()
      .then(
        () => log.warn(alone, fields),
        () => begin(fields),
      )
      .finally(settled)
  }
  return { begin, suspect, end }
}

/** Logs what an error of the database is: an outage of it, or one query's. */
export function logFault({ outage, problem, details }: DatabaseFault, log: Log, database?: Outage): void {
  if (outage === 'no' || !database) log.warn(problem, details)
  else if (outage === 'yes') database.begin(details)
  else database.suspect(problem, details)
}
