import type { Connection } from './connection.ts'
import { connectionError } from './faults.ts'
import { Statement } from './statement.ts'
import type { Rows, Sql } from './types.ts'

/**
 * Commits, and tells in the same answer where the write-ahead log is then. A commit that nobody
 * waits for is not on the disk yet, so that its end is that of the log in memory.
 */
const COMMIT_AND_TELL = `commit;
select (case
  when pg_is_in_recovery() then null
  when current_setting('synchronous_commit') = 'off' then pg_current_wal_insert_lsn()
  else pg_current_wal_flush_lsn()
end - '0/0'::pg_lsn)::float8 as position`

interface Done<T> {
  result: T
  /** The position of the log once it was committed; null: not asked for, or not known. */
  position: number | null
}

/**
 * Runs `work` on a connection on which a transaction has begun, then commits. Its statements are
 * never prepared. COMMIT counts only if the server confirms it: after a failure it answers ROLLBACK
 * (porsager/postgres#547).
 * @param tells whether the position of the log is asked for
 * @throws what `work` throws, or the first error of a statement; everything is rolled back then
 */
export async function runTransaction<T>(
  sql: Sql,
  connection: Connection,
  work: (tx: Sql) => Promise<T>,
  tells = false,
): Promise<Done<T>> {
  let isOver = false
  let failed: { error: unknown } | null = null
  const watch = <T>(statement: Statement<T>): Statement<T> => {
    const { handler } = statement
    statement.handler = ({ written, resolve, reject }) => {
      // nothing is sent after a failure: the server would refuse it, or not get it
      if (isOver || failed) return reject(failed?.error ?? new Error('the transaction is over'))
      const fail = (error: unknown) => {
        failed ??= { error }
        reject(error)
      }
      handler({ written, resolve, reject: fail })
    }
    return statement
  }
  const tx = Object.assign(
    (first: TemplateStringsArray | string, ...values: unknown[]) => {
      const made = (sql as (first: unknown, ...values: unknown[]) => unknown)(first, ...values)
      return made instanceof Statement ? watch(made) : made
    },
    { unsafe: (text: string, values?: unknown[]) => watch(sql.unsafe(text, values)) },
  ) as unknown as Sql
  try {
    const result = await work(tx)
    isOver = true
    if (failed) throw (failed as { error: unknown }).error
    const answer: unknown = await sql.unsafe(tells ? COMMIT_AND_TELL : 'commit')
    const [committed, told] = (tells ? answer : [answer]) as [Rows, Rows?]
    if (committed.command !== 'COMMIT') throw connectionError('CONNECTION_CLOSED')
    return { result, position: (told?.[0]?.position as number | null | undefined) ?? null }
  } catch (error) {
    isOver = true
    if (connection.isUsable)
      await sql.unsafe('rollback').then(
        () => {},
        () => connection.destroy(),
      )
    throw error
  }
}
