import type { DatabaseFault } from './errors.ts'
import type { RequestRecord } from './telemetry.ts'

/** Writes one line per message, with `fields` added to it. */
export interface Log {
  info(message: string, fields?: Record<string, unknown>): void
  warn(message: string, fields?: Record<string, unknown>): void
  error(message: string, fields?: Record<string, unknown>): void
  /** Writes the line of a request. */
  request?(record: RequestRecord): void
}

/** A log that nobody reads. */
export const silent: Log = { info() {}, warn() {}, error() {} }

const toJsonValue = (_: string, value: unknown): unknown => {
  if (value instanceof Error) return value.stack ?? String(value)
  return typeof value === 'bigint' ? String(value) : value
}

/** A log line as a JSON object: time (UTC), level and message, then any other fields. */
export function formatLogLine(level: string, message: string, fields: Record<string, unknown> = {}): string {
  const own = { time: new Date().toISOString(), level, message }
  try {
    return JSON.stringify({ ...own, ...fields, ...own }, toJsonValue)
  } catch {
    return JSON.stringify({ ...own, fields: String(fields) })
  }
}

/** A log whose lines carry some fields more. */
export function logWith(log: Log, more: Record<string, unknown>): Log {
  return {
    info: (message, fields) => log.info(message, { ...fields, ...more }),
    warn: (message, fields) => log.warn(message, { ...fields, ...more }),
    error: (message, fields) => log.error(message, { ...fields, ...more }),
  }
}

/** A warning or an error that was logged, however often: its first time, its last and what was said then. */
export interface Logged {
  level: 'warning' | 'error'
  message: string
  times: number
  first: string
  last: string
  fields: Record<string, unknown>
}

const MOST_KEPT = 50

/** A log that keeps the last fifty warnings and errors, those that are alike as one. */
export function keepRecent(log: Log): { log: Log; recent(): Logged[] } {
  const kept = new Map<string, Logged>()
  function keep(level: Logged['level'], message: string, fields: Record<string, unknown> = {}): void {
    const last = new Date().toISOString()
    const known = kept.get(message)
    // the latest stand last
    kept.delete(message)
    kept.set(message, { level, message, times: (known?.times ?? 0) + 1, first: known?.first ?? last, last, fields })
    if (kept.size > MOST_KEPT) kept.delete(kept.keys().next().value!)
  }
  return {
    log: {
      info: (message, fields) => log.info(message, fields),
      warn(message, fields) {
        keep('warning', message, fields)
        log.warn(message, fields)
      },
      error(message, fields) {
        keep('error', message, fields)
        log.error(message, fields)
      },
    },
    recent: () => [...kept.values()],
  }
}

/** An outage that comes and goes is reported once in this many milliseconds. */
const QUIET_MS = 60_000
const PROBE_MS = 1_000

/** What has outages that are told apart by name. */
export type OutageName =
  | 'database'
  | 'replica'
  | 'searches'
  | 'connections'
  | 'memcached'
  | 'broker'
  | 's3'
  | 'configdb'
  | 'removals'
  | 'rollups'

/** The outages of this process by name: how many last, and how many have begun since it began. */
export const outages = new Map<OutageName, { now: number; begun: number }>()

/** The outage of a dependency, however many notice: one log line when it begins, one at the end. */
export interface Outage {
  /** Something failed because of it. The fields of the first failure are logged. */
  begin(fields?: Record<string, unknown>): void
  /** Something was late: an outage if the probe fails too, otherwise logged as `alone`. */
  suspect(alone: string, fields: Record<string, unknown>): void
  /** Something succeeded, which ends the outage. */
  end(): void
}

/**
 * Keeps track of the outages of one thing.
 * @param began logged when an outage begins
 * @param over logged when it is over, with the number of failures and its duration
 * @param probe tried once a second during an outage; its success ends it if nothing else does
 * @param name under which it is counted in `outages`
 */
export function trackOutage(
  log: Log,
  began: string,
  over: string,
  { probe, name }: { probe?: () => Promise<unknown>; name?: OutageName } = {},
): Outage {
  const counted = name === undefined ? { now: 0, begun: 0 } : (outages.get(name) ?? { now: 0, begun: 0 })
  if (name !== undefined) outages.set(name, counted)
  /** When it began; null while all is well, as far as is known. */
  let since: number | null = null
  let failures = 0
  let isReported = false
  let lastReported = Number.NEGATIVE_INFINITY
  let isSuspected = false

  function end(): void {
    if (since === null) return
    counted.now--
    if (isReported) {
      log.info(over, { failures, away_s: Math.round((Date.now() - since) / 1000) })
      failures = 0
    }
    since = null
    isReported = false
  }
  function probeLater(): void {
    if (!probe) return
    const timer = setTimeout(() => probe().then(end, probeLater), PROBE_MS)
    // a probe must not keep the process alive
    ;(timer as { unref?(): void }).unref?.()
  }
  function begin(fields?: Record<string, unknown>): void {
    failures++
    if (since === null) {
      counted.now++
      counted.begun++
      probeLater()
    }
    since ??= Date.now()
    if (isReported || Date.now() - lastReported < QUIET_MS) return
    isReported = true
    lastReported = Date.now()
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

/** For where nobody can find out when an outage is over: its failures are reported, once a minute. */
export function noteFailures(log: Log, began: string): Outage {
  let failures = 0
  let lastReported = Number.NEGATIVE_INFINITY
  return {
    begin(fields) {
      failures++
      if (Date.now() - lastReported < QUIET_MS) return
      lastReported = Date.now()
      log.warn(began, { ...fields, failures })
      failures = 0
    },
    suspect: (alone, fields) => log.warn(alone, fields),
    end() {},
  }
}

/** Logs a fault of the database: as an outage of it, or as that of one query. */
export function logFault({ outage, problem, details }: DatabaseFault, log: Log, database?: Outage): void {
  if (outage === 'no' || !database) log.warn(problem, details)
  else if (outage === 'yes') database.begin(details)
  else database.suspect(problem, details)
}
