import { createHash, randomUUID } from 'node:crypto'
import { appendFileSync, renameSync, writeFileSync } from 'node:fs'
import { mkdir, readdir, readFile, rm, rmdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Runs } from '../../ingest/deliver/leftovers.ts'

/** What a run has left is removed by a later one of the same file, which comes soon or never. */
const KEPT_MS = 30 * 86_400_000
/**
 * Lines after which a note is written anew: one that watches a folder for years notes millions of
 * paths, and few at a time.
 */
const MAX_LINES = 10_000

/** A run that is noted as long as it has not come to its end. */
export interface NotedRun extends Runs {
  end(): Promise<void>
}

/**
 * Notes that a run into an archive begins; gives those that were noted before and did not end. Runs
 * are noted on this machine, since that is what proves that what they left in a bucket was not
 * recorded by another archive.
 * @param target what says which archive and which bucket; it may hold secrets, and is kept as a
 * digest
 */
export async function noteRun(folder: string, target: unknown): Promise<NotedRun> {
  const id = randomUUID()
  const digest = createHash('sha256').update(JSON.stringify(target)).digest('hex')
  const file = join(folder, id)
  const begin = async () => {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    await writeFile(file, `${digest}\n`, { mode: 0o600 })
  }
  // a run that ends takes the folder away, if it is empty
  await begin().catch(begin)
  const earlier: string[] = []
  const begun = new Set<string>()
  for (const name of await readdir(folder)) {
    const path = join(folder, name)
    const noted = (await stat(path).catch(() => null))?.mtimeMs ?? 0
    if (name === id) continue
    if (noted < Date.now() - KEPT_MS) await rm(path, { force: true })
    else {
      const [whose, ...paths] = (await readFile(path, 'utf8').catch(() => '')).split('\n')
      if (whose !== digest) continue
      earlier.push(name)
      // the last line has no end where the run ended while it wrote it, and then it had not begun
      // that upload
      for (const each of paths.slice(0, -1)) begun.add(decodeURI(each))
    }
  }
  const open = new Set<string>()
  let lines = 0
  const line = (path: string) => `${encodeURI(path)}\n`

  function writeAnew(): void {
    const anew = `${file}.new`
    writeFileSync(anew, `${digest}\n${[...open].map(line).join('')}`, { mode: 0o600 })
    renameSync(anew, file)
    lines = open.size
  }
  return {
    id,
    earlier,
    begun,
    note(path) {
      open.add(path)
      // written before the upload is, and without a disk's wait: what the process has written
      // outlives it
      try {
        if (++lines > MAX_LINES) writeAnew()
        else appendFileSync(file, line(path))
      } catch {
        // then what it leaves there stays, as where no run can be noted
      }
    },
    forget: (path) => void open.delete(path),
    async end() {
      await rm(file, { force: true })
      await rmdir(folder).catch(() => {})
    },
  }
}
