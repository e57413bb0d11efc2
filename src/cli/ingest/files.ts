import { resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { FileClassOverrides } from '../../config/config.ts'
import { classOf } from '../../ingest/describe/file_classes.ts'
import { splitName } from '../../ingest/describe/file_name.ts'
import { UsageError } from '../command.ts'
import { type Found, type Takes, walk } from './walk.ts'
import type { Watch } from './watch.ts'

/**
 * Of a folder those files are taken that have a file class, unless their names say that they are
 * being written, or are hidden.
 */
export function takesBy(overrides: FileClassOverrides): Takes {
  const known = new Map<string, boolean>()
  const hasClass = (extension: string): boolean => {
    // a class that does not suit its extension is reported with each file
    if (Object.hasOwn(overrides, extension)) return true
    try {
      classOf(extension, overrides)
      return true
    } catch {
      return false
    }
  }
  return (filename) => {
    if (/^\.|~$|\.(part|tmp)$/.test(filename)) return false
    const { extension } = splitName(filename)
    let taken = known.get(extension)
    if (taken === undefined) {
      taken = hasClass(extension)
      if (known.size < 10_000) known.set(extension, taken)
    }
    return taken
  }
}

/** What the paths of a command line lead to; '-' is a list of paths on standard input. */
export async function* filesOf(
  paths: readonly string[],
  takes: Takes,
  list: () => AsyncIterable<string>,
): AsyncGenerator<Found> {
  const given = paths.filter((path) => path !== '-')
  yield* walk(given, takes)
  if (given.length < paths.length) yield* listed(list(), takes)
}

/**
 * A path of a list that comes again within so many different paths is skipped.
 */
const REMEMBERED = 100_000

async function* listed(list: AsyncIterable<string>, takes: Takes): AsyncGenerator<Found> {
  const recent = new Set<string>()
  for await (const path of list) {
    const full = resolve(path)
    if (recent.has(full)) continue
    recent.add(full)
    if (recent.size > REMEMBERED) recent.delete(recent.values().next().value!)
    yield* walk([path], takes)
  }
}

/** Longer than any path: what comes is no list of paths. */
const LONGEST = 65_536

/** The paths of a list, one after the other. A separator at its end makes no empty path. */
export async function* pathsOf(stream: AsyncIterable<Uint8Array>, separator: '\n' | '\0'): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const bytes of stream) {
    const parts = (rest + decoder.decode(bytes, { stream: true })).split(separator)
    rest = parts.pop()!
    if (rest.length > LONGEST)
      throw new UsageError(
        `the list on standard input has a path of more than ${LONGEST} characters: it has one path a line, or is separated by NUL with --null`,
      )
    for (const part of parts) {
      const path = separator === '\n' ? part.replace(/\r$/, '') : part
      if (path) yield path
    }
  }
  if (rest) yield separator === '\n' ? rest.replace(/\r$/, '') : rest
}

const POLL_MS = 1_000
/** Looking takes no more than this part of the time. */
const POLL_PART = 10

/** The files of watched folders as they become ready, until the signal. */
export async function* readyFiles(watch: Watch, signal: AbortSignal): AsyncGenerator<Found> {
  while (!signal.aborted) {
    const began = Date.now()
    for (const path of await watch.poll()) {
      if (signal.aborted) return
      yield { kind: 'file', path }
    }
    // a stop ends the pause
    await pause(Math.max(POLL_MS, POLL_PART * (Date.now() - began)), null, { signal }).catch(() => {})
  }
}
