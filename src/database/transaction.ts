import type postgres from 'postgres'
import type { Connection } from './connection.ts'
import { connectionError } from './faults.ts'
import { Statement } from './statement.ts'
import type { Sql } from './types.ts'

/**
 * Runs `work` on a connection on which a transaction has begun, then commits. Its statements are
 * never prepared. COMMIT counts only if the server confirms it: after a failure it answers ROLLBACK
 * (porsager/postgres#547).
 * @throws what `work` throws, or the first error of a statement; everything is rolled back then
 */
export async function runTransaction<T>(sql: Sql, connection: Connection, work: (tx: Sql) => Promise<T>): Promise<T> {
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
    const { command } = (await sql.unsafe('commit')) as unknown as postgres.RowList<postgres.Row[]>
    if (command !== 'COMMIT') throw connectionError('CONNECTION_CLOSED')
    return result
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
