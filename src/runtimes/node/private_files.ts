import { chmodSync, lstatSync, mkdirSync, readdirSync } from 'node:fs'
import { join, relative, resolve, sep } from 'node:path'
import type { Config } from '../../config/config.ts'

/** Permissions of what is made: files and folders. */
export interface Modes {
  file: number
  folder: number
}

const PRIVATE: Modes = { file: 0o600, folder: 0o700 }
/** Others may go through it to what they know of, and not look around. */
const PASSAGE = 0o711
const OTHERS = 0o077

/** The umask that the program was started with. */
const mask = process.umask()

/** What the archive puts into its data directory. A directory that holds anything else is not its own. */
const OURS = new Set(['database', 'database.lock', 'database.unfinished', 'files', 'ingest-runs', 'tokens.sock'])

/** The path of the local store inside the data directory; null: it is elsewhere, or the store is no local one. */
function storeInside({ dataDir, files }: Pick<Config, 'dataDir' | 'files'>): string | null {
  const inside = relative(resolve(dataDir), resolve(files.root))
  return files.kind === 'local' && inside !== '' && inside !== '..' && !inside.startsWith(`..${sep}`) ? inside : null
}

/**
 * Permissions of stored files: they are the archive's alone in the data directory. Elsewhere, and where another server serves them
 * (FILESYSTEM_STORAGE_BASE_URL), the umask decides.
 */
export function storeModes(config: Pick<Config, 'dataDir' | 'files'>): Modes {
  if (storeInside(config) !== null && config.files.baseUrl === null) return PRIVATE
  return { file: 0o666 & ~mask, folder: 0o777 & ~mask }
}

/**
 * Makes the data directory, if it is used, and keeps it and all that this process makes from now on to this user. What others may read of it,
 * because an earlier release made it so, they may no longer.
 * @param isUsed whether more is kept there than the local store may be
 * @param say gets a line about what was changed, or could not be
 */
export function secureDataDirectory(
  config: Pick<Config, 'dataDir' | 'files'>,
  isUsed: boolean,
  say: (line: string) => void,
): void {
  const { dataDir, files } = config
  const store = storeInside(config)
  if (!isUsed && store === null) return
  process.umask(OTHERS)
  mkdirSync(dataDir, { recursive: true })
  // where another server reads the store
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
      if (isOurs(name) && name !== served && isOpen(path)) changed += tighten(path)
    }
  } catch (error) {
    say(`${dataDir} may be read by other users of this machine, and cannot be changed: ${(error as Error).message}`)
    return
  }
  if (changed) say(`${dataDir} could be read by other users of this machine: now it cannot`)
}

const isOpen = (path: string): boolean => (lstatSync(path).mode & OTHERS) !== 0

/** Takes from others a path and what is in it. A folder comes after that, and so shows when all of it is done. */
function tighten(path: string): number {
  const found = lstatSync(path)
  if (found.isSymbolicLink()) return 0
  let changed = 0
  if (found.isDirectory()) for (const name of readdirSync(path)) changed += tighten(join(path, name))
  return changed + restrict(path)
}

/** Takes from others what they may do with a path, but for what `but` allows; 1: there was something. */
function restrict(path: string, but = 0): number {
  const { mode } = lstatSync(path)
  const taken = mode & OTHERS & ~but
  if (taken) chmodSync(path, mode & ~taken)
  return taken ? 1 : 0
}
