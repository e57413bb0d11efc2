import type { FileStore } from '../files/store/store.ts'
import { FitsError } from '../fits/error.ts'
import { bytesSource } from '../fits/source.ts'
import type { Log } from '../log.ts'
import type { FileOutcome } from '../outcome.ts'
import type { Archive } from './deliver/archive.ts'
import type { Target } from './deliver/delivery.ts'
import { bytesOf, Changed, type DigestPlatform, digestOf } from './deliver/digest.ts'
import { describeError, type Fatal, fatalIn, passing, Stopped } from './deliver/faults.ts'
import { ingestFrame } from './deliver/frame_ingest.ts'
import { leftovers, type Runs } from './deliver/leftovers.ts'
import { ingestThumbnail } from './deliver/thumbnail_ingest.ts'
import { budget, gateOf, lanes, service } from './deliver/waiting.ts'
import { describe } from './describe/describe.ts'
import { BadFile, type IngestFile, type Metadata, type ProposalTags, type Rules } from './describe/description.ts'
import { isIgnored, splitName } from './describe/file_name.ts'

/**
 * Files up to this size are read once, into memory, in bytes; larger ones are read again by each
 * step.
 */
const SMALL = 8 * 2 ** 20
/** Bytes of files in memory at once, however many are under way. */
const IN_MEMORY = 64 * 2 ** 20
/** Larger files under way at once: a few keep disk and network busy. */
const LARGE_AT_ONCE = 8
/** How long a file that is under way may take once the run was stopped. */
const GRACE_MS = 5_000

export interface IngesterOptions {
  archive: Archive
  store: FileStore
  rules: Rules
  tags: ProposalTags
  platform: DigestPlatform
  /** Null or absent: what an interrupted run leaves in a bucket stays there. */
  runs?: Runs | null
  /**
   * How long what is away (network, 5xx, 429) is waited for, in milliseconds; half an hour unless
   * given.
   */
  patienceMs?: number
  log: Log
}

export interface Ingester {
  /**
   * Brings one file in; never throws. Files of one basename go in one after the other, in the order
   * of the calls.
   * @param signal ends all waiting: what is being uploaded or recorded is finished where that is
   * soon, else left to the next run
   */
  ingest(file: IngestFile, metadata: Metadata | undefined, signal: AbortSignal): Promise<FileOutcome>
  /**
   * Why no file can go in any more, and the run is to end; null: they can. From then on every file
   * fails at once.
   */
  fatal(): Fatal | null
  /** Uploads of which it is not known that they are recorded or taken back. */
  unsettled(): number
}

const PATIENCE_MS = 30 * 60_000

/** An ingester: takes files one by one and gives what became of each; close it afterwards. */
export function openIngester(options: IngesterOptions): Ingester {
  const { archive, store, rules, tags, platform, runs = null, log, patienceMs = PATIENCE_MS } = options
  const to: Target = {
    archive,
    store,
    archiveService: service(archive.name, patienceMs, log),
    storeService: service('the file store', patienceMs, log),
    leftovers: leftovers(store, runs, log),
    keys: rules.headerKeys,
    log,
  }
  const portal = service('the portal', patienceMs, log)
  const memory = budget(IN_MEMORY)
  const large = budget(LARGE_AT_ONCE)
  const longHeaders = budget(1)
  const inTurn = lanes()
  let fatal: Fatal | null = null

  async function bring(file: IngestFile, metadata: Metadata | undefined, signal: AbortSignal): Promise<FileOutcome> {
    if (fatal) throw fatal
    if (signal.aborted) throw new Stopped()
    const isSmall = file.size <= SMALL
    const release = await (isSmall ? memory.take(file.size, signal) : large.take(1, signal))
    const gate = gateOf(longHeaders, signal)
    try {
      const body = isSmall ? await inMemory(file) : file
      const description = await portal.persist(signal, () => describe(body, metadata, rules, tags, gate.enter))
      if (signal.aborted) throw new Stopped()
      const prepared = { description, body, digest: await digestOf(body, platform) }
      const isThumbnail = description.class === 'ThumbnailFile'
      return await (isThumbnail ? ingestThumbnail : ingestFrame)(to, prepared, signal)
    } finally {
      gate.leave()
      release()
    }
  }

  function failed(error: unknown): FileOutcome {
    fatal ??= fatalIn(error)
    return outcomeOf(error) ?? { outcome: 'failed', reason: describeError(error) }
  }

  return {
    fatal: () => fatal,
    unsettled: () => to.leftovers.open,
    async ingest(file, metadata, signal) {
      const { basename } = splitName(file.filename)
      if (isIgnored(basename, rules.ignoredChars))
        return { outcome: 'ignored', reason: `its name holds one of IGNORED_CHARS (${rules.ignoredChars.join(' ')})` }
      const work = inTurn(basename, () => bring(file, metadata, signal)).catch(failed)
      return untilStopped(work, signal)
    },
  }
}

/** What an error means for the file that was worked on; null: it is no fault of that file. */
export function outcomeOf(error: unknown): FileOutcome | null {
  if (error instanceof Stopped) return { outcome: 'stopped' }
  if (error instanceof BadFile) return { outcome: 'refused', reason: error.message, header: error.header }
  if (error instanceof FitsError) return { outcome: 'refused', reason: error.message, header: null }
  const why = error instanceof Changed ? error : passing(error)
  return why && { outcome: 'failed', reason: why.message }
}

/** A small file, read once. */
async function inMemory(file: IngestFile): Promise<IngestFile> {
  const bytes = await bytesOf(file)
  return {
    ...file,
    inMemory: bytes,
    open: async () => bytesSource(bytes),
    stream: () => new Blob([bytes]).stream(),
  }
}

/** The outcome; once the run is stopped, that it was stopped, unless the outcome comes soon. */
function untilStopped(work: Promise<FileOutcome>, signal: AbortSignal): Promise<FileOutcome> {
  return new Promise((resolve) => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const stop = () => {
      timer = setTimeout(() => resolve({ outcome: 'stopped' }), GRACE_MS)
    }
    signal.addEventListener('abort', stop, { once: true })
    if (signal.aborted) stop()
    work.then((outcome) => {
      clearTimeout(timer)
      signal.removeEventListener('abort', stop)
      resolve(outcome)
    })
  })
}
