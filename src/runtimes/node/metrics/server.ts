import { statfs } from 'node:fs/promises'
import { inTime } from '../../../concurrency.ts'
import type { Pool } from '../../../database/open.ts'
import { ping } from '../../../queries/ping.ts'
import { type DatabaseState, readState } from '../../../queries/state.ts'
import { MOST_FINDINGS, readVerifications, type VerificationState } from '../../../queries/verifications/state.ts'
import type { Services } from '../../../services.ts'
import { version } from '../../../version.ts'
import { counter, gauge, type Measure, type MeasuredValue } from './measures.ts'

/** How long an answer of the database is shown, in milliseconds. */
const FRESH_MS = 5_000
/** How long a scrape waits for the database, in milliseconds. */
const PATIENCE_MS = 2_000

/**
 * What is the same whichever process of a server is asked: what the database knows, the file store's
 * room. Never throws: what cannot be had is left out.
 */
export function measureServer(
  services: Pick<Services, 'writer' | 'store' | 'config'>,
  readRoom: typeof measureStore = measureStore,
): () => Promise<Measure[]> {
  let asked: ReturnType<typeof askDatabase> | null = null
  let askedAt = Number.NEGATIVE_INFINITY
  function askDatabase(): Promise<Asked> {
    if (asked !== null && performance.now() - askedAt < FRESH_MS) return asked
    askedAt = performance.now()
    asked = ask(services.writer.withLimits({ deadlineMs: PATIENCE_MS }))
    return asked
  }
  /** A file system of another machine that hangs is asked once: each question holds a thread of the process. */
  let room: Promise<Measure[]> | null = null
  function askStore(): Promise<Measure[] | null> {
    room ??= readRoom(services).finally(() => {
      room = null
    })
    return inTime(PATIENCE_MS, room)
  }
  return async () => {
    const [{ isUp, state }, room] = await Promise.all([askDatabase(), askStore()])
    return [
      gauge(
        'build_info',
        'The running version, with the value 1.',
        [{ labels: { version, runtime }, value: 1 }],
        'max',
      ),
      gauge('database_up', 'Whether the database that is written to answers.', isUp ? 1 : 0, 'max'),
      ...(state ? [...measureState(state[0]), ...measureVerification(state[1])] : []),
      ...(room ?? []),
    ]
  }
}

const { bun, deno, node } = process.versions
const runtime = bun ? `bun ${bun}` : deno ? `deno ${deno}` : `node ${node}`

/** What the database has answered. */
interface Asked {
  isUp: boolean
  /** null: it did not answer in time. */
  state: readonly [DatabaseState, VerificationState] | null
}

async function ask(writer: Pool): Promise<Asked> {
  // one that is busy may be late with its queues, and is there all the same
  const [answered, state] = await Promise.all([
    inTime(
      PATIENCE_MS,
      ping(writer).then(() => true),
    ),
    inTime(PATIENCE_MS, Promise.all([readState(writer, PATIENCE_MS), readVerifications(writer)])),
  ])
  return { isUp: answered === true || state !== null, state }
}

function measureState({ outbox, removals, rollups, frames }: DatabaseState): Measure[] {
  return [
    gauge('outbox_messages', 'Messages about frames that wait to be published; 10000: at least.', outbox.waiting),
    gauge('outbox_oldest_seconds', 'How long the first of them has waited.', outbox.oldestS),
    gauge(
      'outbox_dead_messages',
      'Messages that were given up, and wait for an operator; 10000: at least.',
      outbox.dead,
    ),
    gauge(
      'removals_files',
      'Stored files that no record names, which wait to be removed; 10000: at least.',
      removals.waiting,
    ),
    gauge('removals_oldest_seconds', 'How long the first of them has waited.', removals.oldestS),
    gauge(
      'rollups_built',
      'Whether counts of frames are kept beside them (1), or made anew each time (0).',
      rollups.built ? 1 : 0,
    ),
    gauge(
      'rollups_unfolded_changes',
      'Changes of frames that are not folded into the rollups yet; 10000: at least.',
      rollups.waiting,
    ),
    gauge('frames_estimated', 'About how many frames there are, as the last ANALYZE left it.', frames.estimated),
  ]
}

const READINGS = ['whole', 'quick'] as const
const VERIFIED = ['versions', 'thumbnails'] as const
const FINDINGS = ['missing', 'size', 'md5', 'crc32', 'unreadable'] as const

/** What `platestack verify` has read and found. */
function measureVerification(state: VerificationState): Measure[] {
  const byReading = (of: 'files' | 'bytes'): MeasuredValue[] =>
    READINGS.map((reading) => ({ labels: { reading }, value: state.read[reading].ever[of] }))
  const byFiles = (value: 'unread' | 'oldest'): MeasuredValue[] =>
    VERIFIED.flatMap((files) => {
      const { [value]: known } = state[files]
      return known === null ? [] : [{ labels: { files }, value: known }]
    })
  const findings = VERIFIED.flatMap((files) =>
    FINDINGS.map((kind) => ({ labels: { files, kind }, value: state[files].findings[kind] ?? 0 })),
  )
  return [
    counter(
      'verification_files_total',
      'Stored files that verify has read whole, or only asked the store for (quick).',
      byReading('files'),
    ),
    counter('verification_bytes_total', 'Bytes that it has read.', byReading('bytes')),
    gauge('verification_findings', `Stored files with something wrong; ${MOST_FINDINGS} in all: at least.`, findings),
    gauge('verification_unread_ratio', 'About which share of files it has never read.', byFiles('unread')),
    gauge(
      'verification_oldest_timestamp_seconds',
      'When those files were read that were read longest ago, as Unix time.',
      byFiles('oldest'),
    ),
  ]
}

/** The room of a store in a directory, if the system tells. */
async function measureStore({ store, config }: Pick<Services, 'store' | 'config'>): Promise<Measure[]> {
  if (store.kind !== 'local') return []
  try {
    const { bsize, blocks, bavail } = await statfs(config.files.root)
    return [
      gauge('store_size_bytes', 'Size of the file system that the files are in.', bsize * blocks),
      gauge('store_available_bytes', 'What is left of it for the archive.', bsize * bavail),
    ]
  } catch {
    return []
  }
}
