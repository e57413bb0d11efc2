import { opendir, stat } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { Minimatch } from 'minimatch'
import { fileFault, whenFree } from './file.ts'

/** What a walk yields. */
export type Found =
  | { kind: 'file'; path: string }
  /** A file of a folder that is not wanted. */
  | { kind: 'skipped'; path: string }
  /** A path that could not be looked at, or that leads to nothing. */
  | { kind: 'problem'; path: string; reason: string }

/** Whether a file of a folder, by its name, is wanted. What is named itself is always taken. */
export type Takes = (filename: string) => boolean

/**
 * Names of one folder that are sorted at a time. A larger folder comes in several sorted parts, so
 * that memory has a bound.
 */
const SORTED = 100_000

/**
 * The files that paths lead to, one after the other as they are asked for: files themselves, those
 * in folders and below, those that match a pattern. What several of the paths lead to comes once.
 * Symbolic links are followed; a folder that a link finds again inside itself is not.
 */
export async function* walk(paths: readonly string[], takes: Takes): AsyncGenerator<Found> {
  const before: Claim[] = []
  for (const path of paths) {
    const { claim, found } = await claimed(path, takes)
    for await (const one of found)
      if (one.kind === 'problem' || !before.some((earlier) => earlier(resolve(one.path)))) yield one
    before.push(claim)
  }
}

/** Whether one of the paths given leads to a file. */
type Claim = (path: string) => boolean

async function claimed(path: string, takes: Takes): Promise<{ claim: Claim; found: AsyncIterable<Found> }> {
  const kind = await kindOf(path)
  if (kind === 'folder') {
    const top = topOf(path)
    const inside: Claim = (other) => other.startsWith(top) && isSeen(other.slice(top.length), takes)
    return { claim: inside, found: walkFolder(path, takes) }
  }
  if (kind === 'none' && MAGIC.test(path)) {
    const { base, pattern } = parsePattern(path)
    const top = topOf(base)
    const matched: Claim = (other) => other.startsWith(top) && matches(pattern, other.slice(top.length), takes)
    return { claim: matched, found: walkPattern(path, takes) }
  }
  const file = resolve(path)
  return { claim: (other) => other === file, found: one({ kind: 'file', path }) }
}

const topOf = (folder: string): string => resolve(folder).replace(/\/?$/, '/')

async function* one(found: Found): AsyncGenerator<Found> {
  yield found
}

/** Whether a folder's walk comes by a path below it and takes it. */
function isSeen(below: string, takes: Takes): boolean {
  return !/(^|\/)\.[^/]*\//.test(below) && takes(basename(below))
}

function matches(pattern: Minimatch, below: string, takes: Takes): boolean {
  const names = below.split('/')
  // a folder that matches is taken whole
  const first = names.findIndex((_, i) => pattern.match(names.slice(0, i + 1).join('/')))
  return first >= 0 && isSeen(names.slice(first).join('/'), takes)
}

/**
 * What makes a path a pattern: `*` and `?`, `[a-z]` and `[!a-z]`, `{a,b}`, and `**` for folders at
 * any depth.
 */
const MAGIC = /[*?[{]/

/**
 * A pattern below the folder that all of its matches lie in. Hidden files and folders have to be
 * named, as in shells.
 */
function parsePattern(path: string): { base: string; pattern: Minimatch } {
  const names = path.replace(/\/+$/, '').split('/')
  const first = names.findIndex((name) => MAGIC.test(name))
  const base = names.slice(0, first).join('/') || (path.startsWith('/') ? '/' : '.')
  // level 2 leaves out `.` within a path, as in a/{b,c/.}/d
  const options = { noext: true, nonegate: true, nocomment: true, optimizationLevel: 2 }
  return { base, pattern: new Minimatch(names.slice(first).join('/'), options) }
}

/** A file is all that is no folder: what cannot be read is reported when it is read. */
async function kindOf(path: string): Promise<'file' | 'folder' | 'none'> {
  try {
    return (await stat(path)).isDirectory() ? 'folder' : 'file'
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'none' : 'file'
  }
}

async function* walkPattern(path: string, takes: Takes): AsyncGenerator<Found> {
  const { base, pattern } = parsePattern(path)
  let none = true
  for await (const found of walkFolder(base, takes, { pattern, below: '' })) {
    none = false
    yield found
  }
  if (none) yield { kind: 'problem', path, reason: 'no file matches this pattern' }
}

/**
 * The files of a folder and below; with a pattern those that match, and all of the folders that do.
 * @param wanted the pattern, and the path that has led from its base to the folder, with a slash at
 * its end
 */
async function* walkFolder(
  folder: string,
  takes: Takes,
  wanted: { pattern: Minimatch; below: string } | null = null,
  above: readonly string[] = [],
): AsyncGenerator<Found> {
  try {
    const identity = await identityOf(folder)
    if (above.includes(identity)) return
    const within = [...above, identity]
    for await (const entries of sortedParts(folder))
      for (const { name, kind } of entries) {
        const path = join(folder, name)
        const at = wanted ? wanted.below + name : name
        const whole = !wanted || wanted.pattern.match(at)
        if (kind === 'folder') {
          const entered = wanted ? whole || wanted.pattern.match(at, true) : !name.startsWith('.')
          const next = wanted && !whole ? { ...wanted, below: `${at}/` } : null
          if (entered) yield* walkFolder(path, takes, next, within)
        } else if (whole) yield takes(name) ? { kind: 'file', path } : { kind: 'skipped', path }
      }
  } catch (error) {
    yield { kind: 'problem', path: folder, reason: fileFault(error) }
  }
}

/** Tells folders apart, however their paths lead to them. */
export async function identityOf(folder: string): Promise<string> {
  const { dev, ino } = await stat(folder, { bigint: true })
  return `${dev}:${ino}`
}

export interface Entry {
  name: string
  kind: 'file' | 'folder'
}

const byName = (a: Entry, b: Entry): number => (a.name < b.name ? -1 : 1)

/**
 * What a folder holds, in sorted parts. Pipes, sockets and devices are left out; a link that leads
 * to nothing is a file that is not there.
 */
export async function* sortedParts(folder: string): AsyncGenerator<Entry[]> {
  let part: Entry[] = []
  for await (const entry of await whenFree(() => opendir(folder, { bufferSize: 1024 }))) {
    const { name } = entry
    if (entry.isFile()) part.push({ name, kind: 'file' })
    else if (entry.isDirectory()) part.push({ name, kind: 'folder' })
    else if (entry.isSymbolicLink())
      part.push({ name, kind: (await kindOf(join(folder, name))) === 'folder' ? 'folder' : 'file' })
    if (part.length < SORTED) continue
    yield part.sort(byName)
    part = []
  }
  yield part.sort(byName)
}
