import { inTime } from './concurrency.ts'
import type { Finding } from './doctor/finding.ts'
import { type Logged, outages } from './log.ts'
import { type DatabaseState, readState } from './queries/state.ts'
import { readVerifications, type VerificationState } from './queries/verifications/state.ts'
import type { ReadinessState } from './readiness.ts'
import type { Services } from './services.ts'
import { version } from './version.ts'

/** Everything that an operator may want to know of a process and of what the archive consists of. */
export interface Status extends ReadinessState {
  version: string
  runtime: string
  pid: number | null
  started: string
  uptime_s: number
  workers: number
  worker: number
  /** The variables that are set, without secrets. */
  configuration: Record<string, string>
  /** null: it could not be read. */
  database: StoredState | null
  verification: VerificationState | null
  /** null: there is none, or it could not be asked. */
  replica: { is_used: boolean; lag_s: number | null; reason: string | null } | null
  /** What has had outages since the process began: how many last, and how many have begun. */
  outages: Record<string, { now: number; begun: number }>
  /** The last warnings and errors of this process. */
  problems: Logged[]
  findings: Finding[]
}

/** What waits in the database, as it goes over the wire. */
interface StoredState extends Omit<DatabaseState, 'outbox' | 'removals'> {
  outbox: { waiting: number; oldest_s: number; dead: number }
  removals: { waiting: number; oldest_s: number }
}

async function storedState(services: Services): Promise<StoredState> {
  const { outbox, removals, rollups, frames } = await readState(services.writer)
  return {
    outbox: { waiting: outbox.waiting, oldest_s: outbox.oldestS, dead: outbox.dead },
    removals: { waiting: removals.waiting, oldest_s: removals.oldestS },
    rollups,
    frames,
  }
}

const PATIENCE_MS = 4_000

/** What cannot be read in time is null: the rest is the more wanted. */
const orNull = <T>(work: Promise<T>): Promise<T | null> => inTime(PATIENCE_MS, work)

/** The state of this process and of what the archive consists of; it takes some seconds at most. */
export async function readStatus(services: Services): Promise<Status> {
  const { about, readiness, writer } = services
  const [ready, database, verification, findings] = await Promise.all([
    readiness.look(),
    orNull(storedState(services)),
    orNull(readVerifications(writer)),
    services.examine ? orNull(services.examine()) : [],
  ])
  const replica = services.replica?.status() ?? null
  return {
    ...ready,
    version,
    runtime: about.runtime,
    pid: about.pid,
    started: about.started.toISOString(),
    uptime_s: Math.round((Date.now() - about.started.getTime()) / 1000),
    workers: about.workers,
    worker: about.worker,
    configuration: about.settings,
    database,
    verification,
    replica: replica && { is_used: replica.isUsed, lag_s: replica.lagS, reason: replica.reason },
    outages: Object.fromEntries(outages),
    problems: services.recent(),
    findings: findings ?? [
      { subject: 'database', level: 'error', says: 'the database did not answer in time', advice: 'See its log.' },
    ],
  }
}
