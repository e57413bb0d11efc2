import { pause } from '../concurrency.ts'
import { isAway, isRefusedAtWork } from '../database/faults.ts'
import type { Pool } from '../database/open.ts'
import { type Log, trackOutage } from '../log.ts'
import { type Position, replicaPosition, writerPosition } from '../queries/positions.ts'
import { createLag } from './lag.ts'

/** How often both servers are asked where they are. */
const LOOK_MS = 500
/** How long a read waits for the replica to know of what it has to know of, and how often it looks. */
const WAIT_MS = 100
const POLL_MS = 10
/** A replica that is further behind is not waited for, in seconds: what it is behind is known by LOOK_MS. */
const NEAR_S = 1.5
const TOO_LATE = 'it is too far behind the writer'

/** What there is to say of a replica. */
export interface ReplicaStatus {
  /** Whether reads go there. */
  isUsed: boolean
  /** Seconds that it is behind the writer at most; null: not known. */
  lagS: number | null
  /** Why it is left alone; null: it is not, or was not looked at yet. */
  reason: string | null
}

/** What is known in this process of the replica that reads go to. */
export interface Replica {
  /** Whether reads may go there now. */
  isUsed(): boolean
  /** Whether it has everything up to a position of the log, waiting a little for it if need be. */
  reaches(position: number): boolean | Promise<boolean>
  /** Told of a statement that failed there through the server's fault. */
  failed(error: unknown): void
  /** What runs there, which is given up when the replica hangs. */
  readonly running: Set<AbortController>
  status(): ReplicaStatus
  close(): void | Promise<void>
}

export interface ReplicaOptions {
  /** To the writer and to the replica, for what is asked here alone: nothing else holds it up. */
  writer: Pool
  probe: Pool
  /** Seconds behind the writer from which on it is left alone. */
  maxLagS: number
  /** Names it in the log. */
  server: string
  log: Log
}

/** Watches a replica from the first question about it on. Until it has answered, it is not used. */
export function watchReplica({ writer, probe, maxLagS, server, log }: ReplicaOptions): Replica & { forget(): void } {
  const lag = createLag()
  const running = new Set<AbortController>()
  const outage = trackOutage(
    log,
    'the replica is left alone: reads go to the writer',
    'reads go to the replica again',
    {
      name: 'replica',
    },
  )
  /** Why it was not used when it was looked at; null: it was; empty: it has not been looked at yet. */
  let reason: string | null = ''
  /** Up to where it is known to have replayed, since `started`. */
  let known = 0
  let started = ''
  let primary: Position | null = null
  let asking: Promise<void> | null = null
  let timer: ReturnType<typeof setTimeout> | undefined
  let isWatched = false
  let isClosed = false

  /** Why it is not used now. Not only when it is looked at: what was made private may be read for no longer. */
  const whyNot = () => reason ?? ((lag.seconds() ?? 0) > maxLagS ? TOO_LATE : null)

  function leave(why: string, fields: Record<string, unknown> = {}): void {
    if (isClosed) return
    reason = why
    outage.begin({ server, reason: why, ...fields })
  }
  /** It does not answer: what has been asked is asked again elsewhere. */
  function away(error: unknown): void {
    known = 0
    leave('it cannot be reached', { error: String((error as Error | null)?.message ?? error) })
    for (const one of running) one.abort()
  }

  /** Asks it where it is; one question at a time. */
  function askReplica(): Promise<void> {
    asking ??= replicaPosition(probe)
      .then(take, away)
      .finally(() => {
        asking = null
      })
    return asking
  }
  function take(answer: Position): void {
    // after a crash it may be behind where it was
    if (answer.started !== started) known = 0
    started = answer.started
    known = Math.max(known, answer.position ?? 0)
    lag.reached(known)
    judge(answer)
  }
  function judge(answer: Position): void {
    const seconds = lag.seconds()
    const strange = primary && strangenessOf(answer, primary)
    if (strange) leave(strange)
    else if ((seconds ?? lag.watchedS()) > maxLagS)
      leave(TOO_LATE, { behind_s: Math.round(seconds ?? lag.watchedS()), limit_s: maxLagS })
    // one that comes and goes is used again once it is well within the limit
    else if (seconds !== null && (reason === null || reason === '' || seconds <= maxLagS / 2)) {
      reason = null
      outage.end()
    }
  }
  async function askWriter(): Promise<void> {
    const at = performance.now()
    const answer = await writerPosition(writer)
    if (primary?.started !== answer.started) lag.clear()
    primary = answer
    if (answer.position !== null) lag.note(at, answer.position)
  }

  async function look(): Promise<void> {
    await askWriter().catch((error) => {
      // while the writer is away nothing is written that the replica might lack
      if (isRefusedAtWork(error)) lag.noteUnknown(performance.now())
    })
    await askReplica()
    if (isClosed) return
    timer = setTimeout(look, LOOK_MS)
    // does not keep the process alive
    ;(timer as { unref?(): void }).unref?.()
  }
  function watch(): void {
    if (isWatched || isClosed) return
    isWatched = true
    void look()
  }

  async function wait(position: number): Promise<boolean> {
    const until = performance.now() + WAIT_MS
    for (let left = WAIT_MS; left > 0 && reason === null; left = until - performance.now()) {
      await Promise.race([askReplica(), pause(left)])
      if (position <= known) return true
      await pause(Math.min(POLL_MS, left))
    }
    return false
  }

  return {
    running,
    isUsed() {
      watch()
      return whyNot() === null
    },
    reaches(position) {
      if (position <= known) return true
      const seconds = lag.seconds()
      return seconds === null || seconds > NEAR_S ? false : wait(position)
    },
    failed(error) {
      if (reason !== null) return
      if (isAway(error)) away(error)
      else void askReplica()
    },
    status: () => {
      watch()
      const why = whyNot()
      return { isUsed: why === null, lagS: lag.seconds(), reason: why || null }
    },
    /** A connection to it was closed: it may have been started anew, which may take it back. */
    forget() {
      known = 0
    },
    close() {
      isClosed = true
      clearTimeout(timer)
    },
  }
}

/** Why a server is not the writer's replica; null: it is, or is the writer itself. */
function strangenessOf(answer: Position, primary: Position): string | null {
  if (answer.system !== primary.system) return 'it is no replica of this writer'
  const isReplica = answer.standby || answer.started === primary.started
  return isReplica ? null : 'it is no standby: it has been made a writer'
}
