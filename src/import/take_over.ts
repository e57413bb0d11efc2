import { describeReasons } from '../../clients/typescript/error.ts'
import { framePath, thumbnailPath } from '../files/store/paths.ts'
import type { FileFacts, FileStore, Put } from '../files/store/store.ts'
import type { DigestPlatform } from '../ingest/deliver/digest.ts'
import { Stopped } from '../ingest/deliver/faults.ts'
import type { Leftovers } from '../ingest/deliver/leftovers.ts'
import { replacedBy, upload } from '../ingest/deliver/upload.ts'
import { budget, type Service } from '../ingest/deliver/waiting.ts'
import { BadFile } from '../ingest/describe/description.ts'
import { contentTypeOf } from '../ingest/describe/file_classes.ts'
import type { Log } from '../log.ts'
import type { Filed } from '../queries/filed.ts'
import type { NewVersion } from '../schemas/frame_record.ts'
import { beginFile, type Promised, type Room } from './files.ts'
import { importRecord, thumbnailRecord } from './record.ts'
import type { Details, Origin, Source, SourceFrame, SourceThumbnail, SourceVersion } from './source.ts'
import { planned, type Taken, taken } from './taken.ts'
import type { FrameHere, Target } from './target/target.ts'
import { differingColumns, sameHeaders } from './wire.ts'

/** What a run goes by. */
export interface Import {
  source: Source
  target: Target
  store: FileStore
  storeService: Service
  targetService: Service
  leftovers: Leftovers
  platform: DigestPlatform
  /** `none`: only records; both archives have the same store. */
  files: 'copy' | 'none'
  versions: 'all' | 'newest'
  /** Whether anything is written. */
  mode: 'import' | 'dry-run'
  log: Log
}

/**
 * What is compared of a frame that is here: its columns and versions; headers and links as well; or
 * all of it, of a frame that is known to have changed.
 */
export type Depth = 'columns' | 'details' | 'all'

const IN_MEMORY = 64 * 2 ** 20
const LARGE_AT_ONCE = 4
/** Files under way at once, beside what the memory allows. */
const FILES_AT_ONCE = 16

/** A file that has been stored and not recorded yet. */
interface Stored {
  path: string
  put: Put & { mayBeLeft: boolean }
}

/** Takes over frame after frame; never throws but what ends the run. */
export function takingOver(run: Import) {
  const { source, target, store, storeService, targetService, leftovers, platform } = run
  const room: Room = { memory: budget(IN_MEMORY), large: budget(LARGE_AT_ONCE) }
  const slots = budget(FILES_AT_ONCE)

  /**
   * @param here the same frame here; undefined: there is none
   */
  return async function takeOver(
    frame: SourceFrame,
    here: FrameHere | undefined,
    depth: Depth,
    signal: AbortSignal,
  ): Promise<Taken> {
    const versions = (run.versions === 'newest' ? frame.versions.slice(0, 1) : frame.versions).toReversed()
    const has = new Set(here?.versions.map(({ md5 }) => md5))
    const missing = versions.filter(({ md5 }) => !has.has(md5))
    const isSame =
      here !== undefined && missing.length === 0 && differingColumns(frame.columns, here.columns).length === 0
    const thumbnails = missingThumbnails(frame, here, depth)
    if (isSame && depth === 'columns' && thumbnails.length === 0) return taken('already_there', here.id)
    const details = isSame && depth === 'columns' ? null : await source.details(frame, signal)
    const isWritten = details !== null && !(isSame && (await sameDetails(here, details, signal)))
    if (run.mode === 'dry-run')
      return taken(planned(here, missing, isWritten || thumbnails.length > 0), here?.id ?? null)

    const stored: Stored[] = []
    let bytes = 0
    const result = { outcome: 'already_there' as Taken['outcome'], id: here?.id ?? null }
    if (isWritten) {
      let isSent = false
      try {
        const added: NewVersion[] = []
        for (const version of missing) {
          const one = await storeVersion(frame, version, here, stored, signal)
          bytes += one.size ?? 0
          added.push({ ...one, ...(version.created && { created: version.created }) })
        }
        if (signal.aborted) throw new Stopped()
        const record = importRecord(frame, added, details)
        isSent = true
        const answer = await targetService.persist(signal, () => target.put(record))
        // a refusal is an answer: nothing of the record is there
        isSent = !('faults' in answer)
        if ('faults' in answer) throw new BadFile(`the archive refuses its record: ${describeReasons(answer.faults)}`)
        const wasFaster = answer.outcome === 'already_there' && added.length > 0 && answer.key !== added.at(-1)!.key
        if (wasFaster) await takeBack(await unrecorded(frame, stored, signal))
        else await settle(stored, [...added, ...(here?.versions ?? [])])
        result.outcome = answer.outcome
        result.id = answer.id
      } catch (error) {
        // a record whose answer did not come may name the files; what is left by a stop is used by the next run
        if (!isSent && !(error instanceof Stopped)) await takeBack(stored)
        throw error
      }
    }
    let changed = 0
    for (const thumbnail of thumbnails) {
      const size = await takeThumbnail(frame, thumbnail, signal)
      bytes += size ?? 0
      if (size !== null) changed++
    }
    const outcome = result.outcome === 'already_there' && changed > 0 ? 'updated' : result.outcome
    return { ...taken(outcome, result.id), bytes }
  }

  /** Whether headers and links say the same. */
  async function sameDetails(here: FrameHere | undefined, details: Details, signal: AbortSignal): Promise<boolean> {
    if (!here) return false
    const { headers, related } = await targetService.persist(signal, () => target.details(here.id))
    return sameHeaders(headers, details.headers) && details.listed.every((name) => related.includes(name))
  }

  /** Stores the file of a version, unless only records are taken; gives the version as it is recorded. */
  async function storeVersion(
    frame: SourceFrame,
    version: SourceVersion,
    here: FrameHere | undefined,
    stored: Stored[],
    signal: AbortSignal,
  ): Promise<NewVersion> {
    const { key, md5, extension, size, crc32 } = version
    if (run.files === 'none') return { key, md5, extension, size, crc32 }
    if (!/^[0-9a-f]{32}$/i.test(md5))
      throw new BadFile(
        `its file cannot be verified: ${md5.slice(0, 40)} is no MD5 (of an object that was uploaded in parts?)`,
      )
    const origin = source.file(frame, version)
    if (origin === null) throw new BadFile('the source does not say where its file is')
    const row: Filed = { ...(frame.columns as unknown as Filed), basename: frame.basename }
    const path = framePath(row, extension, store.classes)
    const put = await storeFile({
      path,
      origin,
      promised: { md5, size, crc32 },
      filename: frame.basename + extension,
      extension,
      date: frame.columns.observation_date,
      versions: here?.versions ?? [],
      signal,
    })
    stored.push({ path, put })
    return { key: put.key, md5, extension, size: put.size, crc32: put.crc32 }
  }

  async function storeFile(file: {
    path: string
    origin: Origin
    promised: Promised
    filename: string
    extension: string
    date: unknown
    versions: readonly SourceVersion[]
    signal: AbortSignal
  }): Promise<Stored['put'] & { size: number; crc32: number }> {
    const { path, signal } = file
    const leave = await slots.take(1, signal)
    try {
      const incoming = await storeService.persist(signal, () =>
        beginFile(file.origin, file.promised, room, platform, signal),
      )
      try {
        const md5 = (file.promised.md5 ?? incoming.digest().md5).toLowerCase()
        const replaces =
          store.kind === 'local' ? await replacedBy(store, path, md5, async () => file.versions, file.extension) : null
        const mayBeLeft = leftovers.begin(path)
        const facts: FileFacts = {
          contentType: contentTypeOf(file.extension, store.classes ?? {}),
          filename: file.filename,
          observationDate: typeof file.date === 'string' ? new Date(file.date) : null,
          md5,
          replaces,
          run: leftovers.run,
        }
        const put = await upload(store, storeService, signal, { path, body: incoming.body, facts }).catch((error) => {
          const fault = incoming.fault()
          throw fault === null || signal.aborted ? error : fault
        })
        return { ...put, mayBeLeft, size: incoming.body.size, crc32: incoming.digest().crc32 }
      } finally {
        incoming.release()
      }
    } finally {
      leave()
    }
  }

  /** Uploads that are recorded; what a run that was broken off has left there of the same content goes. */
  async function settle(stored: readonly Stored[], recorded: readonly { key: string }[]): Promise<void> {
    const keys = recorded.map(({ key }) => key)
    for (const { path, put } of stored) {
      leftovers.settle(path)
      if (put.mayBeLeft) await leftovers.remove(path, put.md5, keys)
    }
  }

  /** Those that the frame does not name: an answer that did not come may have recorded some of them. */
  async function unrecorded(frame: SourceFrame, stored: readonly Stored[], signal: AbortSignal): Promise<Stored[]> {
    const here = (await targetService.persist(signal, () => target.find([frame]))).get(frame.basename)
    const keys = new Set(here?.versions.map(({ key }) => key))
    return stored.filter(({ put }) => !keys.has(put.key))
  }

  /** Takes uploads back that no record names, the last first. */
  async function takeBack(stored: Stored[]): Promise<void> {
    for (const { path, put } of stored.splice(0).toReversed())
      try {
        // a directory has one place for a content, which another run may have recorded
        if (store.kind === 'local' && (await target.archive.known(put.md5))) continue
        await put.withdraw()
        leftovers.settle(path)
      } catch (error) {
        run.log.warn('an upload that no record names could not be taken back', {
          path,
          reason: (error as Error).message,
        })
      }
  }

  /** Those that are not here, and of a frame that has changed all: nothing tells whether they are the same. */
  function missingThumbnails(frame: SourceFrame, here: FrameHere | undefined, depth: Depth): SourceThumbnail[] {
    const there = new Map(here?.thumbnails.map((each) => [each.basename, each]))
    return frame.thumbnails.filter((each) => {
      const same = there.get(each.basename)
      if (!same) return true
      return same.key !== each.key && (depth === 'all' || run.files === 'none')
    })
  }

  /** Bytes that were stored; null: it is here already. */
  async function takeThumbnail(
    frame: SourceFrame,
    thumbnail: SourceThumbnail,
    signal: AbortSignal,
  ): Promise<number | null> {
    const { basename, extension } = thumbnail
    let { key } = thumbnail
    let put: Awaited<ReturnType<typeof storeFile>> | null = null
    let path = ''
    if (run.files === 'copy') {
      const origin = source.thumbnail(frame, thumbnail)
      if (origin === null) throw new BadFile(`the source does not say where its thumbnail ${basename} is`)
      path = thumbnailPath(frame.columns as unknown as Filed, basename + extension)
      const before = await targetService.persist(signal, () => target.archive.thumbnail(basename, frame.basename))
      const found = before === null ? null : await store.newestAt(path).catch(() => null)
      const promised = { md5: null, size: null, crc32: null }
      const filename = basename + extension
      put = await storeFile({ path, origin, promised, filename, extension, date: null, versions: [], signal })
      if (found?.md5 === put.md5 && found.key === before) {
        if (store.kind !== 'local') await put.withdraw()
        leftovers.settle(path)
        return null
      }
      key = put.key
    }
    const json = thumbnailRecord(frame, thumbnail, key, put?.md5 ?? key)
    const answer = await targetService.persist(signal, () =>
      target.archive.putThumbnail({ key, md5: put?.md5 ?? key, json }),
    )
    if ('faults' in answer) {
      if (put) await takeBack([{ path, put }])
      throw new BadFile(`the archive refuses its thumbnail ${basename}: ${describeReasons(answer.faults)}`)
    }
    leftovers.settle(path)
    return put?.size ?? 0
  }
}
