import { mkdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { dirname } from 'node:path'

/**
 * Who holds a lock. `started` tells a process from a later one with the same number; empty where
 * the system does not say.
 */
interface Holder {
  pid: number
  started: string
  host: string
}

const RENEWED_MS = 10_000
// Renewed by the event loop, which one long query may hold up; a holder of another host is gone
// when this much is missed.
const ABANDONED_MS = 120_000
// Between making a lock file and writing who holds it there is but a moment.
const UNWRITTEN_MS = 2_000

/** Somebody else holds the lock: the message says who. */
export class InUse extends Error {}

/**
 * Takes a lock file naming this process, and gives what releases it. A lock whose process is dead
 * is taken over; one made on another host (or in another container) counts as dead when it has not
 * been renewed for two minutes. Throws InUse for a lock that is held.
 */
export function lockFile(path: string, what: string): () => void {
  const self: Holder = { pid: process.pid, started: startOf(process.pid) ?? '', host: hostname() }
  mkdirSync(dirname(path), { recursive: true })
  while (!create(path, JSON.stringify(self))) {
    const text = read(path)
    if (text === null) continue
    const holder = parse(text)
    if (isAlive(holder, path)) throw new InUse(inUse(holder, path, what))
    takeAway(path, text)
  }
  const renewal = setInterval(() => renew(path), RENEWED_MS)
  renewal.unref()
  let released = false
  return () => {
    // a second release must not take a lock that this process has made anew
    if (released) return
    released = true
    clearInterval(renewal)
    if (read(path) === JSON.stringify(self)) rmSync(path, { force: true })
  }
}

function create(path: string, text: string): boolean {
  try {
    writeFileSync(path, text, { flag: 'wx' })
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw error
  }
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null
    throw error
  }
}

function parse(text: string): Holder | null {
  try {
    const { pid, started, host } = JSON.parse(text) as Partial<Holder>
    if (typeof pid === 'number' && typeof started === 'string' && typeof host === 'string')
      return { pid, started, host }
  } catch {
    // half written: its process is just making it, or died doing so
  }
  return null
}

function isAlive(holder: Holder | null, path: string): boolean {
  if (holder === null) return ageOf(path) < UNWRITTEN_MS
  if (holder.host !== hostname()) return ageOf(path) < ABANDONED_MS
  const started = startOf(holder.pid)
  return started !== null && started === holder.started
}

/**
 * When a process of this host began, as the kernel counts; '' where that is not to be had; null:
 * there is no such process.
 */
function startOf(pid: number): string | null {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if (codeOf(error) === 'ESRCH') return null
  }
  if (process.platform !== 'linux') return ''
  try {
    // the name in brackets may hold anything, brackets and spaces too; the start is the 20th field
    // after it
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    // a zombie has ended: only its parent has not asked yet how
    if (fields[0] === 'Z' || fields[0] === 'X') return null
    const since = fields[19]
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}/${since}`
  } catch (error) {
    return codeOf(error) === 'ENOENT' ? null : ''
  }
}

/** Moves a dead lock away; two that do so at once must not take each other's new one. */
function takeAway(path: string, expected: string): void {
  const aside = `${path}.${process.pid}`
  try {
    renameSync(path, aside)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return
    throw error
  }
  if (read(aside) === expected) rmSync(aside, { force: true })
  else renameSync(aside, path)
}

function renew(path: string): void {
  const now = new Date()
  try {
    utimesSync(path, now, now)
  } catch {
    // gone with its directory: nothing is left to be locked
  }
}

function ageOf(path: string): number {
  try {
    return Date.now() - statSync(path).mtimeMs
  } catch {
    return Number.POSITIVE_INFINITY
  }
}

const inUse = (holder: Holder | null, path: string, what: string): string => {
  if (holder === null) return `${what} is being opened by another process`
  if (holder.host === hostname())
    return `${what} is in use by process ${holder.pid}: only one at a time can open it, so stop that one first`
  return `${what} is in use on another host (${holder.host}): only one process at a time can open it. Stop that one first; if that host is gone, wait two minutes or delete ${path}`
}

const codeOf = (error: unknown): unknown => (error as NodeJS.ErrnoException).code
