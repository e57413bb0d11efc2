import { chmodSync, lstatSync, mkdirSync, readdirSync } from 'node:fs'
import { join, relative, resolve, sep } from 'node:path'
import type { Config } from '../../config/config.ts'

/** Permissions of new files and folders. */
export interface Modes {
  file: number
  folder: number
}

const PRIVATE: Modes = { file: 0o600, folder: 0o700 }
/** Others may pass through to paths they know, but not list it. */
const PASSAGE = 0o711
const OTHERS = 0o077

/** The umask the program was started with. */
const mask = process.umask()

/** What the archive puts into its data directory. One with anything else in it is not only ours. */
const OURS = new Set(['database', 'database.lock', 'database.unfinished', 'files', 'ingest-runs', 'tokens.sock'])

/** The path of the local store within the data directory; null if it is elsewhere or not local. */
function findStoreInside({ dataDir, files }: Pick<Config, 'dataDir' | 'files'>): string | null {
  const inside = relative(resolve(dataDir), resolve(files.root))
  return files.kind === 'local' && inside !== '' && inside !== '..' && !inside.startsWith(`..${sep}`) ? inside : null
}

/**
 * Permissions of stored files: private in the data directory. Elsewhere, and if another server
 * serves them (FILESYSTEM_STORAGE_BASE_URL), the umask decides.
 */
export function storeModes(config: Pick<Config, 'dataDir' | 'files'>): Modes {
  if (findStoreInside(config) !== null && config.files.baseUrl === null) return PRIVATE
  return { file: 0o666 & ~mask, folder: 0o777 & ~mask }
}

/**
 * Creates the data directory if it is used, and makes it, and all this process creates, private to
 * this user. What an earlier release left readable for others is closed too.
 * @param isUsed whether anything but possibly the local store is kept there
 * @param say called with a line about what was changed, or could not be
 */
export function secureDataDirectory(
  config: Pick<Config, 'dataDir' | 'files'>,
  isUsed: boolean,
  say: (line: string) => void,
): void {
  const { dataDir, files } = config
  const store = findStoreInside(config)
  if (!isUsed && store === null) return
  process.umask(OTHERS)
  mkdirSync(dataDir, { recursive: true })
  // the part that another server reads
  const served = files.baseUrl === null ? undefined : store?.split(sep)[0]
  const isOurs = (name: string) => OURS.has(name) || name === store?.split(sep)[0]
  const names = readdirSync(dataDir)
  let changed = 0
  try {
    if (names.every(isOurs)) {
      if (isOpen(dataDir)) changed += restrict(dataDir, served === undefined ? 0 : PASSAGE)
      if (served !== undefined) chmodSync(dataDir, lstatSync(dataDir).mode | PASSAGE)
    }
    for (const name of names) {
      const path = join(dataDir, name)
      if (isOurs(name) && name !== served && isOpen(path)) changed += restrictTree(path)
    }
  } catch (error) {
    say(`${dataDir} may be read by other users of this machine, and cannot be changed: ${(error as Error).message}`)
    return
  }
  if (changed) say(`${dataDir} could be read by other users of this machine: now it cannot`)
}

const isOpen = (path: string): boolean => (lstatSync(path).mode & OTHERS) !== 0

/**
 * Removes others' permissions from a path and all it contains; a folder last, which shows that its
 * contents are done.
 */
function restrictTree(path: string): number {
  const found = lstatSync(path)
  if (found.isSymbolicLink()) return 0
  let changed = 0
  if (found.isDirectory()) for (const name of readdirSync(path)) changed += restrictTree(join(path, name))
  return changed + restrict(path)
}

/** Removes others' permissions, except those in `but`; returns 1 if there were any. */
function restrict(path: string, but = 0): number {
  const { mode } = lstatSync(path)
  const taken = mode & OTHERS & ~but
  if (taken) chmodSync(path, mode & ~taken)
  return taken ? 1 : 0
}
