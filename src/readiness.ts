import type { Log } from './log.ts'

/** The services that an archive may consist of, as readiness names them. */
export type ServiceName = 'database' | 'replica' | 'files' | 'cache' | 'messages' | 'portal'

/** How one service is asked whether it answers. */
export interface Probe {
  /** Whether the archive cannot serve without it. */
  needed: boolean
  /** Asks the service; throws when it does not answer. */
  ask(): Promise<unknown>
  /** How long an answer holds, in milliseconds. */
  holdsMs: number
  /** Whether a failure says nothing about the service, but that this process is busy. */
  isBusy?(error: unknown): boolean
  /** Whether there is such a service now; absent: there always is. */
  isThere?(): boolean
}
export type Probes = Partial<Record<ServiceName, Probe>>

/** What was found of a service. */
export interface ServiceState {
  ok: boolean
  needed: boolean
  /** How long it took to find out, in milliseconds. */
  ms: number
  /** Why not, for the operator alone: it may tell addresses. */
  reason?: string
}

/**
 * `ready`: the archive can serve. `unavailable`: a service that it needs is away. `draining`: it is
 * about to stop, and still serves.
 */
export type ReadinessStatus = 'ready' | 'unavailable' | 'draining'
export interface ReadinessState {
  status: ReadinessStatus
  services: Partial<Record<ServiceName, ServiceState>>
}

export interface Readiness {
  /** The state of everything, at most a second old; it takes two seconds at most. */
  look(): Promise<ReadinessState>
  /** From now on it is `draining`. */
  drain(): void
}

/**
 * How long a service is waited for, in milliseconds. What is not needed must not make the answer
 * late: load balancers wait for a second or two, and Kubernetes for one unless told.
 */
const NEEDED_MS = 2_000
const OTHERS_MS = 400
/** A service that has not answered by then does not. */
const LATE_MS = 5_000
/** What was found last holds for so long while this process is too busy to ask. */
const BUSY_MS = 10_000

interface Found {
  ok: boolean
  ms: number
  at: number
  reason?: string
}

/**
 * Asks services whether they answer; however many ask for the answer, each service is asked once at
 * a time and answers for a while.
 * @param isShared whether one request may wait for what another has begun: not at the edge
 */
export function createReadiness(probes: Probes, log: Log, isShared = true): Readiness {
  let isDraining = false
  const looks = (Object.entries(probes) as [ServiceName, Probe][]).map(([name, probe]) => ({
    name,
    probe,
    look: keepAsking(name, probe, log, isShared),
  }))
  return {
    drain: () => {
      isDraining = true
    },
    async look() {
      const found = await Promise.all(
        looks
          .filter(({ probe }) => probe.isThere?.() !== false)
          .map(async ({ name, probe: { needed }, look }): Promise<[ServiceName, ServiceState]> => {
            const { ok, ms, reason } = await look()
            return [name, { ok, needed, ms, ...(reason !== undefined && { reason }) }]
          }),
      )
      const isUnavailable = found.some(([, { ok, needed }]) => needed && !ok)
      const status = isDraining ? 'draining' : isUnavailable ? 'unavailable' : 'ready'
      return { status, services: Object.fromEntries(found) }
    },
  }
}

/** Gives what is known of one service, asking it anew when that is too old. */
function keepAsking(name: ServiceName, probe: Probe, log: Log, isShared: boolean): () => Promise<Found> {
  let last: Found | null = null
  let running: Promise<Found> | null = null
  /** What was asked of the service, until it answers, however late. */
  let asked: Promise<unknown> | null = null
  let wasOk = true

  function askOnce(): Promise<unknown> {
    if (!isShared) return probe.ask()
    // one that hangs, as a file system of another machine may, is not asked again and again
    asked ??= probe.ask().finally(() => {
      asked = null
    })
    return asked
  }
  async function ask(): Promise<Found> {
    const began = Date.now()
    const found = await withinTime(askOnce(), LATE_MS).then(
      (): Omit<Found, 'ms'> => ({ ok: true, at: began }),
      (error: unknown) =>
        probe.isBusy?.(error) && last?.ok && began - last.at < BUSY_MS
          ? { ok: true, at: last.at }
          : { ok: false, at: began, reason: error instanceof Error ? error.message || error.name : String(error) },
    )
    return keep({ ...found, ms: Date.now() - began })
  }
  function keep(found: Found): Found {
    if (found.ok !== wasOk) {
      if (found.ok) log.info('a service answers again', { service: name })
      else log.warn('a service does not answer', { service: name, reason: found.reason })
    }
    wasOk = found.ok
    last = found
    return found
  }

  return async () => {
    if (last && Date.now() - last.at < probe.holdsMs) return last
    const mine = (isShared && running) || ask()
    if (isShared && !running)
      running = mine.finally(() => {
        running = null
      })
    const waitMs = probe.needed ? NEEDED_MS : OTHERS_MS
    const inTime = await withinTime(mine, waitMs).catch(() => null)
    if (inTime) return inTime
    // what is not needed goes on being asked, and meanwhile is what it was
    if (!probe.needed && last?.ok) return last
    return { ok: false, ms: waitMs, at: Date.now(), reason: `no answer within ${waitMs} ms` }
  }
}

/**
 * What a promise gives.
 * @throws Error when it takes longer
 */
function withinTime<T>(promise: Promise<T>, ms: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms)
  })
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}
