import type { Sql } from '../database/sql.ts'
import { lagFacts, serverFacts } from '../queries/doctor.ts'
import { type Finding, ok, problem, warning } from './finding.ts'
import { describeAge } from './work.ts'

/** From this many seconds on a replica is late. */
const LATE_S = 30

/** Looks whether the reader is a replica of the writer, and how far it is behind. */
export async function checkReplica(writer: Sql, reader: Sql): Promise<Finding[]> {
  const { is_replica } = await serverFacts(reader)
  if (!is_replica)
    return [
      warning(
        'replica',
        'the reader is no replica, but takes writes itself: if it is another database than the writer, what is written is never read',
        'Set DB_HOST_READER (or DATABASE_READER_URL) to a streaming replica, or unset it.',
      ),
    ]
  const { bytes, seconds, is_receiving } = await lagFacts(writer, reader)
  const behind = `${Math.max(0, Math.round((bytes ?? 0) / 1e6))} MB${seconds === null ? '' : `, ${describeAge(Math.max(0, seconds))}`}`
  if (bytes === null || (seconds ?? 0) > LATE_S)
    return [
      problem(
        'replica',
        `the replica is behind the writer: ${behind}`,
        is_receiving
          ? 'See what holds its replay up: long queries (max_standby_streaming_delay), its disk, the network.'
          : 'It receives nothing from the writer: see its log, primary_conninfo, and whether the writer still has what it needs (replication slot, wal_keep_size).',
      ),
    ]
  if (!is_receiving)
    return [
      warning(
        'replica',
        `the replica receives nothing from the writer now (behind: ${behind})`,
        'See its log and primary_conninfo.',
      ),
    ]
  return [ok('replica', `it follows the writer (behind: ${behind})`)]
}
