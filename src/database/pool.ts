import postgres from 'postgres'
import { type Answer, Connection, type Target } from './connection.ts'
import { Abandoned, DatabaseTimeout, isLostConnection, isPoolerSign, isRefusedSetting, isStalePlan } from './faults.ts'
import { RecurringShapes, type Statement, shapeOf } from './shape.ts'
import { Slots } from './slots.ts'
import { transact } from './transaction.ts'
import type { Limits, Pool, PoolOptions, Reserved, Sql } from './types.ts'

/** Builds statements: an instance of the driver that never connects. */
const build = postgres({ max: 0, no_subscribe: true } as never) as unknown as postgres.Sql

const MAX_SHAPES = 512
const TRIES = 3

/** A pool to a target; nothing is connected before the first query. */
export function openPool(target: Target, options: PoolOptions): Pool {
  const { cancels, optionalSettings, warn } = options
  let prepares = options.prepare !== 'never'
  let settings = optionalSettings
  let ending: Promise<void> | null = null
  const recurring = new RecurringShapes(MAX_SHAPES)
  const slots = new Slots(options.max, (onClose) => {
    const withSettings = { ...target.options, connection: { ...target.options.connection, ...settings } }
    return new Connection({ ...target, options: withSettings as never }, onClose)
  })

  function notice(error: unknown): void {
    if (isRefusedSetting(error) && settings === optionalSettings && Object.keys(settings).length) {
      settings = {}
      warn('a pooler before the database refuses settings; going on without', {
        settings: Object.keys(optionalSettings),
      })
    }
    if (options.prepare === 'auto' && prepares && isPoolerSign(error)) {
      prepares = false
      warn('a pooler before the database does not keep prepared statements; going on without (DB_PREPARE=never)')
    }
    // what was prepared before a table changed is stale on every connection, and a connection is seldom lost alone
    if (isStalePlan(error) || isLostConnection(error)) slots.renew()
  }

  async function ask(connection: Connection, statement: Statement, limits: Limits): Promise<Answer> {
    const { signal, deadlineMs } = limits
    const shape = prepares && !statement.options.simple ? shapeOf(statement) : null
    const asked = connection.ask(statement, { prepare: shape !== null && recurring.has(shape) })
    if (!cancels || (deadlineMs == null && !signal)) {
      const answer = await asked
      if ('error' in answer) notice(answer.error)
      return answer
    }
    let stop!: (error: Error) => void
    const stopped = new Promise<{ error: Error }>((resolve) => (stop = (error) => resolve({ error })))
    const late =
      deadlineMs == null ? undefined : setTimeout(() => stop(new DatabaseTimeout('QUERY_DEADLINE')), deadlineMs)
    const abandon = () => stop(new Abandoned())
    if (signal?.aborted) abandon()
    else signal?.addEventListener('abort', abandon)
    const answer = await Promise.race([asked, stopped])
    clearTimeout(late)
    signal?.removeEventListener('abort', abandon)
    if ('error' in answer) {
      const isStopped = answer.error instanceof Abandoned || answer.error instanceof DatabaseTimeout
      if (isStopped) connection.abandon(statement, asked)
      else notice(answer.error)
    }
    return answer
  }

  /**
   * Whether nothing has happened yet by a statement that failed, so that it may be run once more.
   * @param proven whether its connection had answered before: one that was never made is not there the next time either
   */
  function mayRepeat(error: unknown, proven: boolean, kind: 'reads' | 'writes'): boolean {
    if (isStalePlan(error) || isRefusedSetting(error)) return true
    return isLostConnection(error) && kind === 'reads' && proven
  }

  async function run(statement: Statement, limits: Limits): Promise<void> {
    const { resolve, reject } = statement
    try {
      for (let tries = 1; ; tries++) {
        const connection = await slots.acquire(limits)
        const proven = connection.isProven
        const answer = await ask(connection, statement, limits)
        slots.release(connection, limits)
        if ('rows' in answer) return resolve(answer.rows)
        const kind = options.reads ? 'reads' : 'writes'
        if (tries === TRIES || !mayRepeat(answer.error, proven, kind)) return reject(answer.error)
      }
    } catch (error) {
      reject(error)
    }
  }

  /** Statements that are sent to `handler` when they are awaited. */
  function tag(handler: Statement['handler']): Sql {
    const route = (query: unknown) => {
      if (query instanceof Promise) (query as unknown as Statement).handler = handler
      return query
    }
    const sql = (first: TemplateStringsArray | string, ...values: unknown[]) =>
      route(build(first as never, ...(values as never[])))
    const unsafe = (text: string, values?: unknown[]) => route(build.unsafe(text, values as never))
    return Object.assign(sql, { unsafe }) as unknown as Sql
  }

  /** A connection to oneself, on which statements run in the order in which they come. */
  async function hold(limits: Limits): Promise<{ sql: Sql; connection: Connection; free(): void }> {
    const connection = await slots.acquire(limits)
    let last: Promise<unknown> = Promise.resolve()
    const sql = tag((statement) => {
      const { resolve, reject } = statement
      last = last.then(async () => {
        const answer = await ask(connection, statement, limits)
        if ('rows' in answer) resolve(answer.rows)
        else reject(answer.error)
      })
    })
    return { sql, connection, free: () => void last.finally(() => slots.release(connection, limits)) }
  }

  /** A connection on which a transaction has begun. */
  async function start(limits: Limits): ReturnType<typeof hold> {
    for (let tries = 1; ; tries++) {
      const held = await hold(limits)
      const proven = held.connection.isProven
      try {
        await held.sql.unsafe('begin')
        return held
      } catch (error) {
        held.free()
        if (tries === TRIES || !mayRepeat(error, proven, 'reads')) throw error
      }
    }
  }

  const longer = (deadlineMs: Limits['deadlineMs']) =>
    deadlineMs == null || options.transactionDeadlineMs === null
      ? null
      : Math.max(deadlineMs, options.transactionDeadlineMs)

  function poolWithin(limits: Limits): Pool {
    const sql = tag((statement) => void run(statement, limits))
    return Object.assign(sql, {
      begin: async <T>(work: (tx: Sql) => Promise<T>): Promise<T> => {
        const { sql: one, connection, free } = await start({ ...limits, deadlineMs: longer(limits.deadlineMs) })
        return transact(one, connection, work).finally(free)
      },
      within: (other: Limits) => poolWithin({ ...limits, ...other }),
      reserve: async (): Promise<Reserved> => {
        const { sql: one, free } = await hold({ ...limits, deadlineMs: null })
        return Object.assign(one, { release: free })
      },
      end: ({ timeout = 5 }: { timeout?: number } = {}) => {
        ending ??= slots.end(timeout)
        return ending
      },
    })
  }

  return poolWithin({ deadlineMs: options.deadlineMs })
}
