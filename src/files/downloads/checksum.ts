import { mapConcurrently } from '../../concurrency.ts'
import type { Crc32 } from '../../crc32.ts'
import type { Sql } from '../../database/sql.ts'
import { ArchiveError, databaseFault } from '../../errors.ts'
import { type DownloadRow, learn, unlearnt } from '../../queries/downloads.ts'
import { versionRef } from '../store/refs.ts'
import type { FileStore } from '../store/store.ts'
import { pacer, readWhole } from './read_whole.ts'

const BATCH = 64

export interface ChecksumOptions {
  /** Files read at a time. */
  concurrency: number
  /** Bytes a second in all; null: as fast as it goes. */
  rate: number | null
  signal: AbortSignal
  /** Called after every file. */
  report(done: number, bytes: number): void
}

export interface Checksummed {
  learnt: number
  /** Paths of files that the store lacks, or that could not be read. */
  failed: { path: string; reason: string }[]
  /** Why no further file was read: the store or the database is away. Null: all were. */
  away: Error | null
}

/** Whether the same would be said of every other file. */
const isAway = (error: unknown): boolean =>
  (error instanceof ArchiveError && error.code === 'store_unavailable') ||
  databaseFault(error)?.code === 'database_unavailable'

/**
 * Reads every file whose size or CRC-32 is not known yet, and keeps both at once, so that it may be
 * stopped at any time and goes on where it was. Ends when the store or the database is away.
 */
export async function checksumAll(
  { writer, search, store, crc32 }: { writer: Sql; search: Sql; store: FileStore; crc32: Crc32 },
  { concurrency, rate, signal, report }: ChecksumOptions,
): Promise<Checksummed> {
  const pace = pacer(rate)
  const failed: Checksummed['failed'] = []
  let [learnt, bytes, after] = [0, 0, 0]
  let away: Error | null = null

  async function one(row: DownloadRow): Promise<void> {
    if (signal.aborted || away) return
    const file = versionRef(row, row, store.classes)
    try {
      const read = await readWhole({ store, crc32 }, file, {
        signal,
        async passed(chunk) {
          bytes += chunk.length
          await pace(chunk.length)
        },
      })
      if (read === 'stopped') return
      if (read === null) throw new Error('it is not in the store')
      await learn(writer, [{ id: row.version_id, size: read.size, crc32: read.crc32 }])
      learnt++
    } catch (error) {
      if (isAway(error)) {
        away = error as Error
        return
      }
      failed.push({ path: file.path, reason: (error as Error).message })
    }
    report(learnt + failed.length, bytes)
  }

  while (!signal.aborted && !away) {
    const rows = await unlearnt(search, after, BATCH)
    if (rows.length === 0) break
    await mapConcurrently(rows, concurrency, one)
    after = rows.at(-1)!.version_id
  }
  return { learnt, failed, away }
}
