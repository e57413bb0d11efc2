import type { Connection } from './connection.ts'
import { Abandoned, connectionError, DatabaseTimeout } from './faults.ts'
import { timeLeft } from './limits.ts'
import { FairQueue, type Waiter } from './queue.ts'
import type { PoolOptions, PoolState, QueryLimits, QueueBounds } from './types.ts'

/**
 * A connection is replaced after preparing this many statements, each of which takes server memory.
 */
const MAX_PREPARED = 64
/** A connection is replaced at this age, as its server process keeps growing. */
const MAX_AGE_MS = 45 * 60_000

const ENDLESS: QueueBounds = {
  length: Number.POSITIVE_INFINITY,
  perShare: Number.POSITIVE_INFINITY,
  waitMs: Number.POSITIVE_INFINITY,
}

/** The connections of a pool, and the queue for them. */
export class PooledConnections {
  readonly #max: number
  readonly #connect: (onClose: (connection: Connection) => void) => Connection
  readonly #bounds: QueueBounds
  readonly #farewell: PoolOptions['farewell']
  readonly #onClosed: PoolOptions['closed']
  readonly #queue: FairQueue
  readonly #idle: Connection[] = []
  /** Every open connection, with the generation in which it was made. */
  readonly #all = new Map<Connection, number>()
  /** When those in use were taken, on the clock of performance.now(). */
  readonly #taken = new Map<Connection, number>()
  #generation = 0
  #isEnded = false
  #refused = 0
  #onNoneLeft: (() => void) | null = null

  constructor(
    { max, queue, farewell, closed }: Pick<PoolOptions, 'max' | 'queue' | 'farewell' | 'closed'>,
    connect: (onClose: (connection: Connection) => void) => Connection,
  ) {
    this.#max = max
    this.#connect = connect
    this.#bounds = queue ?? ENDLESS
    this.#farewell = farewell
    this.#onClosed = closed
    this.#queue = new FairQueue(Math.ceil(max / 2), this.#bounds)
  }

  /**
   * Reserves a connection, in turn.
   * @throws Abandoned, DatabaseTimeout, or CONNECTION_ENDED after end()
   */
  async acquire(limits: QueryLimits): Promise<Connection> {
    if (this.#isEnded) throw connectionError('CONNECTION_ENDED')
    const { signal } = limits
    if (signal?.aborted) throw new Abandoned()
    const of = limits.share ?? null
    if (this.#hasRoom() && this.#queue.allows(of)) return this.#take(of)
    if (this.#queue.isFull(of)) throw this.#refuse()
    const waitMs = Math.min(timeLeft(limits), this.#bounds.waitMs)
    return new Promise((resolve, reject) => {
      let late: ReturnType<typeof setTimeout> | undefined
      const since = performance.now()
      const settle = () => {
        limits.observer?.waited(performance.now() - since)
        clearTimeout(late)
        signal?.removeEventListener('abort', abandon)
      }
      const leave = (error: Error) => {
        settle()
        this.#queue.remove(waiting)
        reject(error)
      }
      const abandon = () => leave(new Abandoned())
      const waiting: Waiter = {
        share: of,
        start: () => {
          settle()
          resolve(this.#take(of))
        },
      }
      if (waitMs < Number.POSITIVE_INFINITY) late = setTimeout(() => leave(this.#refuse()), waitMs)
      signal?.addEventListener('abort', abandon)
      this.#queue.add(waiting)
    })
  }

  /** Returns a connection that acquire() gave for these limits. */
  release(connection: Connection, limits: QueryLimits): void {
    if (connection.abandoned && !connection.isClosed) {
      void connection.abandoned.then(() => this.release(connection, limits))
      return
    }
    limits.held?.(performance.now() - this.#taken.get(connection)!)
    this.#taken.delete(connection)
    this.#queue.release(limits.share ?? null)
    const isWorn = connection.prepared >= MAX_PREPARED || connection.ageMs > MAX_AGE_MS
    if (connection.isClosed) this.#forget(connection)
    else if (isWorn || this.#isEnded || this.#all.get(connection) !== this.#generation) this.#end(connection)
    else {
      this.#idle.push(connection)
      this.#startNext()
    }
  }

  /** Replaces all connections; those in use when they are returned. */
  renew(): void {
    this.#generation++
    for (const connection of [...this.#idle]) connection.destroy()
  }

  /**
   * Lets running and waiting statements finish, within a number of seconds, then closes everything.
   */
  async end(seconds: number): Promise<void> {
    // statements awaited just now are sent on the next tick
    await new Promise((resolve) => setTimeout(resolve, 0))
    this.#isEnded = true
    for (const connection of this.#idle.splice(0)) this.#end(connection)
    if (this.#all.size === 0) return
    let late: ReturnType<typeof setTimeout> | undefined
    await Promise.race([
      new Promise<void>((resolve) => {
        this.#onNoneLeft = resolve
      }),
      new Promise((resolve) => {
        late = setTimeout(resolve, seconds * 1000)
      }),
    ])
    clearTimeout(late)
    for (const connection of this.#all.keys()) connection.destroy()
  }

  get state(): Omit<PoolState, 'statements' | 'failures'> {
    return {
      size: this.#max,
      open: this.#all.size,
      inUse: this.#taken.size,
      waiting: this.#queue.length,
      refused: this.#refused,
    }
  }

  #refuse(): DatabaseTimeout {
    this.#refused++
    return new DatabaseTimeout('POOL_BUSY')
  }

  #hasRoom(): boolean {
    return this.#idle.length > 0 || this.#all.size < this.#max
  }

  #take(share: string | null): Connection {
    this.#queue.take(share)
    const taken = this.#idle.pop() ?? this.#open()
    this.#taken.set(taken, performance.now())
    return taken
  }

  #open(): Connection {
    const made = this.#connect((closed) => this.#closed(closed))
    this.#all.set(made, this.#generation)
    return made
  }

  /** One that closes while in use is forgotten when it is returned. */
  #closed(connection: Connection): void {
    this.#onClosed?.()
    const at = this.#idle.indexOf(connection)
    if (at === -1) return
    this.#idle.splice(at, 1)
    this.#forget(connection)
  }

  #end(connection: Connection): void {
    if (this.#farewell !== 'none') return void connection.end().finally(() => this.#forget(connection))
    connection.destroy()
    this.#forget(connection)
  }

  #forget(connection: Connection): void {
    this.#all.delete(connection)
    this.#startNext()
    if (this.#all.size === 0) this.#onNoneLeft?.()
  }

  #startNext(): void {
    while (this.#queue.length > 0 && this.#hasRoom()) {
      const next = this.#queue.next()
      if (!next) return
      next.start()
    }
  }
}
