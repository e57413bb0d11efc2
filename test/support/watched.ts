import type { Pool } from '../../src/database/open.ts'
import type { QueryLimits } from '../../src/database/types.ts'
import { queries } from '../../src/generated/sql.ts'

const names = new Map<readonly string[], string>(Object.entries(queries).map(([name, { strings }]) => [strings, name]))

/** A pool that notes which files of sql/ its statements are of (of other statements their text). */
export function watched(pool: Pool): { pool: Pool; sent: string[] } {
  const sent: string[] = []
  type Statement = { strings: readonly string[]; handler(statement: Statement): unknown }
  const note = (built: unknown) => {
    if (!(built instanceof Promise)) return built
    const { handler } = built as unknown as Statement
    ;(built as unknown as Statement).handler = (statement) => {
      sent.push(names.get(statement.strings) ?? statement.strings.join('?'))
      return handler(statement)
    }
    return built
  }
  const watch = <T extends Pool>(sql: T): T => {
    const tag = (...args: Parameters<T>) => note((sql as unknown as (...given: unknown[]) => unknown)(...args))
    return Object.assign(tag, sql, {
      unsafe: (text: string, values?: readonly unknown[]) => note(sql.unsafe(text, values)),
      begin: <R>(work: (tx: Pool) => Promise<R>) => sql.begin((tx) => work(watch(tx as Pool))),
      withLimits: (limits: QueryLimits) => watch(sql.withLimits(limits)),
    }) as unknown as T
  }
  return { pool: watch(pool), sent }
}
