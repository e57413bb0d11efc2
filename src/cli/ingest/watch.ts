import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { mapConcurrently } from '../../concurrency.ts'
import { UsageError } from '../command.ts'
import { fileFault } from './file.ts'
import { identityOf, sortedParts, type Takes } from './walk.ts'

/** Throws UsageError for a path that is no folder, which cannot be watched. */
export async function onlyFolders(paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    const found = await stat(path).catch((error) => {
      throw new UsageError(`${path} cannot be watched: ${fileFault(error)}`)
    })
    if (!found.isDirectory()) throw new UsageError(`${path} cannot be watched: --watch takes folders`)
  }
}

export interface WatchOptions {
  takes: Takes
  /** A file is ready when it has been as it is for this long. */
  settleMs: number
  /**
   * A file that was refused is looked at again when it has been as it is for this long: it may have
   * been cut short.
   */
  patienceMs: number
  /** What tells of a file beside it; when it comes or changes, the file is tried anew. */
  beside(path: string): string
  problem(path: string, reason: string): void
}

export interface Watch {
  /**
   * Looks through the folders once; gives the files that are ready and not given yet, by folder and
   * name. `now` is in milliseconds since 1970.
   */
  poll(now?: number): Promise<string[]>
  /**
   * What became of a file that was given: `in` and it is not given again unless it changes;
   * `refused` likewise, once it has been quiet for long enough; `failed` and it is given again
   * after a pause that grows.
   * @returns false when it is tried again because it may be incomplete
   */
  report(path: string, became: 'in' | 'refused' | 'failed', now?: number): boolean
  /** Files that were found and are not in yet. */
  waiting(): number
  /** Those of them that were not reported yet: they are being written, or cannot be looked at. */
  unreported(): number
}

/** A folder whose own time has not changed has no new names. */
interface Folder {
  changed: number
  listed: number
  inside: string[]
  /** Names that are in, with what the files were. */
  done: Map<string, string>
}

/** A file that is not in. */
interface Waiting {
  folder: Folder
  name: string
  /** What it was, and what was beside it, when last looked at, and since when. */
  mark: string
  beside: string
  since: number
  quietMs: number
  /** Given when it has been quiet for this long; infinite: when it has changed. */
  quietFor: number
  /** The earliest time of the next look. */
  notBefore: number
  tries: number
  given: boolean
}

/**
 * File systems keep times in steps of up to two seconds: what came in the same step does not show
 * in the folder's time.
 */
const STEP_MS = 2_500
/**
 * Files that are in are compared with what they were this often, and that takes no more than this
 * part of the time.
 */
const REVIEW_MS = 60_000
const REVIEW_PART = 50
const FIRST_PAUSE_MS = 5_000
const LAST_PAUSE_MS = 600_000
/** Between two looks at a file that was refused or cannot be looked at. */
const LOOK_MS = 30_000
const AT_A_TIME = 16

/**
 * Watches folders that fill up, and all below, by looking at them again and again: that works on
 * network file systems too.
 */
export function watchFolders(roots: readonly string[], options: WatchOptions): Watch {
  const folders = new Map<string, Folder>()
  const waiting = new Map<string, Waiting>()
  const complaints = new Map<string, string>()
  let reviewAt = 0

  const complain = (path: string, error: unknown) => {
    const reason = fileFault(error)
    if (complaints.get(path) !== reason) options.problem(path, reason)
    complaints.set(path, reason)
  }

  async function visit(path: string, whole: boolean, now: number, seen: Set<string>): Promise<void> {
    try {
      const identity = await identityOf(path)
      if (seen.has(identity)) return
      seen.add(identity)
      const { mtimeMs } = await stat(path)
      const known = folders.get(path)
      const folder: Folder = known ?? { changed: 0, listed: 0, inside: [], done: new Map() }
      folders.set(path, folder)
      if (whole || folder.changed !== mtimeMs || folder.listed < mtimeMs + STEP_MS) {
        await list(path, folder, now)
        Object.assign(folder, { changed: mtimeMs, listed: now })
      }
      if (whole) await compare(path, folder, now)
      complaints.delete(path)
      for (const inside of folder.inside) await visit(inside, whole, now, seen)
    } catch (error) {
      folders.delete(path)
      // a folder that was removed is no fault, unless it is one that was asked for
      if (roots.includes(path) || !isGone(error)) complain(path, error)
    }
  }

  async function list(path: string, folder: Folder, now: number): Promise<void> {
    const before = folder.done
    folder.done = new Map()
    folder.inside = []
    for await (const entries of sortedParts(path))
      for (const { name, kind } of entries) {
        const full = join(path, name)
        const mark = before.get(name)
        if (kind === 'folder') {
          if (!name.startsWith('.')) folder.inside.push(full)
        } else if (mark !== undefined) folder.done.set(name, mark)
        else if (!folder.done.has(name) && !waiting.has(full) && options.takes(name)) add(full, folder, name, now)
      }
  }

  function add(path: string, folder: Folder, name: string, now: number): void {
    const quiet = { since: now, quietMs: 0, quietFor: options.settleMs }
    waiting.set(path, { folder, name, mark: '', beside: '', ...quiet, notBefore: 0, tries: 0, given: false })
  }

  /** Files that are in, and have been written anew in their place. */
  async function compare(path: string, folder: Folder, now: number): Promise<void> {
    await mapConcurrently([...folder.done], AT_A_TIME, async ([name, mark]) => {
      const full = join(path, name)
      const found = await stat(full).catch(() => null)
      if (found && markOf(found) === mark) return
      folder.done.delete(name)
      if (found) add(full, folder, name, now)
    })
  }

  async function isReady(path: string, file: Waiting, now: number): Promise<boolean> {
    if (file.given || file.notBefore > now) return false
    try {
      const found = await stat(path)
      const other = await stat(options.beside(path)).catch(() => null)
      const [mark, beside] = [markOf(found), other ? markOf(other) : '']
      if (mark !== file.mark || beside !== file.beside)
        Object.assign(file, { mark, beside, since: now, quietFor: options.settleMs, tries: 0 })
      file.quietMs = Math.max(now - file.since, now - Math.max(changed(found), other ? changed(other) : 0))
      file.given = file.quietMs >= file.quietFor
      if (file.quietFor === Number.POSITIVE_INFINITY) file.notBefore = now + LOOK_MS
      complaints.delete(path)
    } catch (error) {
      if (isGone(error)) waiting.delete(path)
      else complain(path, error)
      file.notBefore = now + LOOK_MS
    }
    return file.given
  }

  return {
    async poll(now = Date.now()) {
      const began = Date.now()
      const whole = now >= reviewAt
      const seen = new Set<string>()
      for (const root of roots) await visit(root, whole, now, seen)
      if (whole) reviewAt = now + Math.max(REVIEW_MS, REVIEW_PART * (Date.now() - began))
      const files = [...waiting]
      const ready = await mapConcurrently(files, AT_A_TIME, ([path, file]) => isReady(path, file, now))
      return files.filter((_, i) => ready[i]).map(([path]) => path)
    },
    report(path, became, now = Date.now()) {
      const file = waiting.get(path)
      if (!file) return true
      file.given = false
      if (became === 'in') {
        file.folder.done.set(file.name, file.mark)
        waiting.delete(path)
      } else if (became === 'failed')
        file.notBefore = now + Math.min(LAST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(file.tries++, 20))
      else if (file.quietMs < options.patienceMs) {
        file.quietFor = options.patienceMs
        return false
      } else file.quietFor = Number.POSITIVE_INFINITY
      return true
    },
    waiting: () => waiting.size,
    unreported: () =>
      [...waiting.values()].filter((file) => file.quietFor !== Number.POSITIVE_INFINITY && !file.tries).length,
  }
}

/**
 * A path that a folder has just named is there, even where its name is no text and cannot be
 * opened.
 */
const isGone = (error: unknown): boolean => {
  const { code, path = '' } = error as NodeJS.ErrnoException
  return code === 'ENOENT' && !path.includes('\uFFFD')
}

const markOf = ({ size, mtimeMs }: { size: number; mtimeMs: number }): string => `${size}:${mtimeMs}`

/**
 * The later of mtime and ctime: copying programs set mtime back, and nobody can set ctime.
 */
const changed = ({ mtimeMs, ctimeMs }: { mtimeMs: number; ctimeMs: number }): number => Math.max(mtimeMs, ctimeMs)
