import type { Pool } from '../../src/database/open.ts'
import { Statement } from '../../src/database/statement.ts'
import type { QueryLimits } from '../../src/database/types.ts'
import { queries } from '../../src/generated/sql.ts'

const names = new Map<readonly string[], string>(Object.entries(queries).map(([name, { strings }]) => [strings, name]))

/** A pool that notes which files of sql/ its statements are of (of other statements their text), and those of some work. */
export function watched(pool: Pool): {
  pool: Pool
  sent: string[]
  sentBy(work: () => Promise<unknown>): Promise<string[]>
} {
  const sent: string[] = []
  const note = (built: unknown) => {
    if (!(built instanceof Statement)) return built
    const { handler } = built
    built.handler = (order) => {
      sent.push(names.get(built.strings) ?? built.strings.join('?'))
      return handler(order)
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
  return {
    pool: watch(pool),
    sent,
    async sentBy(work) {
      sent.length = 0
      await work()
      return [...sent]
    },
  }
}
