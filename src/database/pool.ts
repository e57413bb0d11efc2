import { Connection, type ConnectionTarget, type StatementResult } from './connection.ts'
import {
  Abandoned,
  DatabaseTimeout,
  isLostConnection,
  isPoolerSign,
  isRefusedSetting,
  isStalePlan,
  isStandbySign,
} from './faults.ts'
import { timeLeft } from './limits.ts'
import { PooledConnections } from './pooled_connections.ts'
import { RecurringShapes } from './shape.ts'
import type { Written } from './statement.ts'
import { createTag } from './tag.ts'
import { runTransaction } from './transaction.ts'
import type { PoolOptions, QueryLimits, Reserved, Rows, ServerPool, Sql } from './types.ts'

const MAX_SHAPES = 512
const TRIES = 3

/** A pool of connections to one target; connects on the first query. */
export function openPool(target: ConnectionTarget, options: PoolOptions): ServerPool {
  const { cancels, optionalSettings, warn, learnt = {} } = options
  const prepares = () => options.prepare === 'always' || (options.prepare === 'auto' && !learnt.dropsPrepared)
  let ending: Promise<void> | null = null
  let statements = 0
  let failures = 0
  const recurring = new RecurringShapes(MAX_SHAPES)
  const connections = new PooledConnections(options, (onClose) => {
    const settings = learnt.refusesSettings ? {} : optionalSettings
    const withSettings = { ...target.options, connection: { ...target.options.connection, ...settings } }
    return new Connection({ ...target, options: withSettings as never }, onClose)
  })

  function notice(error: unknown): void {
    if (isRefusedSetting(error) && !learnt.refusesSettings && Object.keys(optionalSettings).length) {
      learnt.refusesSettings = true
      warn('a pooler in front of the database refuses settings; continuing without them', {
        settings: Object.keys(optionalSettings),
      })
    }
    if (options.prepare === 'auto' && prepares() && isPoolerSign(error)) {
      learnt.dropsPrepared = true
      warn(
        'a pooler in front of the database does not keep prepared statements; continuing without them (DB_PREPARE=never)',
      )
    }
    // a changed table makes plans stale on every connection, and connections are seldom lost singly
    if (isStalePlan(error) || isLostConnection(error)) connections.renew()
    // the writer's name may mean another server by now
    if (isStandbySign(error)) connections.renew()
  }

  async function runOn(connection: Connection, written: Written, limits: QueryLimits): Promise<StatementResult> {
    const { signal } = limits
    const left = timeLeft(limits)
    const isTooLate = signal?.aborted ? new Abandoned() : left <= 0 ? new DatabaseTimeout('QUERY_DEADLINE') : null
    // what cannot be cancelled is not given up in the middle of a transaction
    if (cancels && isTooLate) return { error: isTooLate }
    const { shape } = written
    const asked = connection.run(written, { prepare: prepares() && shape !== null && recurring.has(shape) })
    if (!cancels || (left === Number.POSITIVE_INFINITY && !signal)) {
      const answer = await asked
      if ('error' in answer) notice(answer.error)
      return answer
    }
    let stop!: (error: Error) => void
    const stopped = new Promise<{ error: Error }>((resolve) => (stop = (error) => resolve({ error })))
    const late =
      left === Number.POSITIVE_INFINITY
        ? undefined
        : setTimeout(() => stop(new DatabaseTimeout('QUERY_DEADLINE')), left)
    const abandon = () => stop(new Abandoned())
    signal?.addEventListener('abort', abandon)
    const answer = await Promise.race([asked, stopped])
    clearTimeout(late)
    signal?.removeEventListener('abort', abandon)
    if ('error' in answer) {
      const isStopped = answer.error instanceof Abandoned || answer.error instanceof DatabaseTimeout
      if (isStopped) connection.abandon(asked)
      else notice(answer.error)
    }
    return answer
  }

  function noteRun({ template }: Written, began: number, answer: StatementResult, { observer }: QueryLimits): void {
    const hasFailed = 'error' in answer
    statements++
    if (hasFailed && !(answer.error instanceof Abandoned)) failures++
    observer?.ran(template, began, performance.now() - began, hasFailed)
  }

  /**
   * Whether a failed statement certainly did nothing, or was a read, so that it may run once more.
   * @param hadAnswered whether its connection had worked before: one that was never made will fail
   * again
   */
  function canRetry(error: unknown, hadAnswered: boolean, kind: 'reads' | 'writes'): boolean {
    if (isStalePlan(error) || isRefusedSetting(error)) return true
    return isLostConnection(error) && kind === 'reads' && hadAnswered
  }

  async function runRetrying(written: Written, limits: QueryLimits): Promise<Rows> {
    for (let tries = 1; ; tries++) {
      const connection = await connections.acquire(limits)
      const hadAnswered = connection.hasAnswered
      const began = performance.now()
      const answer = await runOn(connection, written, limits)
      noteRun(written, began, answer, limits)
      connections.release(connection, limits)
      if ('rows' in answer) return answer.rows
      const kind = options.reads ? 'reads' : 'writes'
      if (tries === TRIES || !canRetry(answer.error, hadAnswered, kind)) throw answer.error
    }
  }

  /** A connection reserved for the caller, on which statements run in order. */
  async function holdConnection(limits: QueryLimits): Promise<{ sql: Sql; connection: Connection; free(): void }> {
    const connection = await connections.acquire(limits)
    let last: Promise<unknown> = Promise.resolve()
    const sql = createTag(({ written, resolve, reject }) => {
      last = last.then(async () => {
        const began = performance.now()
        const answer = await runOn(connection, written, limits)
        noteRun(written, began, answer, limits)
        if ('rows' in answer) resolve(answer.rows)
        else reject(answer.error)
      })
    })
    return { sql, connection, free: () => void last.finally(() => connections.release(connection, limits)) }
  }

  /** A reserved connection on which a transaction has begun. */
  async function startTransaction(limits: QueryLimits): ReturnType<typeof holdConnection> {
    for (let tries = 1; ; tries++) {
      const held = await holdConnection(limits)
      const hadAnswered = held.connection.hasAnswered
      try {
        await held.sql.unsafe('begin')
        return held
      } catch (error) {
        held.free()
        if (tries === TRIES || !canRetry(error, hadAnswered, 'reads')) throw error
      }
    }
  }

  const transactionDeadline = (deadlineMs: QueryLimits['deadlineMs']) =>
    deadlineMs == null || options.transactionDeadlineMs === null
      ? null
      : Math.max(deadlineMs, options.transactionDeadlineMs)

  function createPool(limits: QueryLimits): ServerPool {
    const sql = createTag(({ written, resolve, reject }) => void runRetrying(written, limits).then(resolve, reject))
    return Object.assign(sql, {
      run: (written: Written, other: QueryLimits) => runRetrying(written, { ...limits, ...other }),
      begin: async <T>(work: (tx: Sql) => Promise<T>): Promise<T> => {
        const deadlineMs = transactionDeadline(limits.deadlineMs)
        const held = await startTransaction({ ...limits, deadlineMs })
        const { committed } = limits
        const done = await runTransaction(held.sql, held.connection, work, committed !== undefined).finally(held.free)
        if (done.position !== null) await committed?.(done.position)
        return done.result
      },
      state: () => ({ ...connections.state, statements, failures }),
      withLimits: (other: QueryLimits) => createPool({ ...limits, ...other }),
      reserve: async (): Promise<Reserved> => {
        const { sql: one, free } = await holdConnection({ ...limits, deadlineMs: null })
        return Object.assign(one, { release: free })
      },
      end: ({ timeout = 5 }: { timeout?: number } = {}) => {
        ending ??= connections.end(timeout)
        return ending
      },
    })
  }

  return createPool({ deadlineMs: options.deadlineMs })
}
