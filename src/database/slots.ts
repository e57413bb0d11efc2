import type { Connection } from './connection.ts'
import { Abandoned, connectionError, DatabaseTimeout } from './faults.ts'
import { FairQueue, type Waiting } from './queue.ts'
import type { Limits } from './types.ts'

/** Statements a connection prepares before it is replaced: each takes memory in the server for the connection's life. */
const MAX_PREPARED = 64
/** Milliseconds until a connection is replaced, as its server's memory grows with its age. */
const MAX_AGE_MS = 45 * 60_000

/** The connections of a pool, and who waits for one. */
export class Slots {
  readonly #max: number
  readonly #connect: (onClose: (connection: Connection) => void) => Connection
  readonly #queue: FairQueue
  readonly #idle: Connection[] = []
  /** Every connection there is, with the generation that it was made in. */
  readonly #all = new Map<Connection, number>()
  #generation = 0
  #isEnded = false
  #onNoneLeft: (() => void) | null = null

  constructor(max: number, connect: (onClose: (connection: Connection) => void) => Connection) {
    this.#max = max
    this.#connect = connect
    this.#queue = new FairQueue(Math.ceil(max / 2))
  }

  /**
   * A connection to oneself, in one's turn.
   * @throws Abandoned, DatabaseTimeout, or CONNECTION_ENDED after end()
   */
  async acquire({ signal, share, deadlineMs }: Limits): Promise<Connection> {
    if (this.#isEnded) throw connectionError('CONNECTION_ENDED')
    if (signal?.aborted) throw new Abandoned()
    const of = share ?? null
    if (this.#hasRoom() && this.#queue.allows(of)) return this.#take(of)
    return new Promise((resolve, reject) => {
      let late: ReturnType<typeof setTimeout> | undefined
      const settle = () => {
        clearTimeout(late)
        signal?.removeEventListener('abort', abandon)
      }
      const leave = (error: Error) => {
        settle()
        this.#queue.remove(waiting)
        reject(error)
      }
      const abandon = () => leave(new Abandoned())
      const waiting: Waiting = {
        share: of,
        start: () => {
          settle()
          resolve(this.#take(of))
        },
      }
      if (deadlineMs != null) late = setTimeout(() => leave(new DatabaseTimeout('POOL_BUSY')), deadlineMs)
      signal?.addEventListener('abort', abandon)
      this.#queue.add(waiting)
    })
  }

  /** Gives back what acquire() gave with these limits. */
  release(connection: Connection, limits: Limits): void {
    if (connection.abandoned && !connection.isClosed) {
      void connection.abandoned.then(() => this.release(connection, limits))
      return
    }
    this.#queue.giveBack(limits.share ?? null)
    const isWorn = connection.prepared >= MAX_PREPARED || connection.ageMs > MAX_AGE_MS
    if (connection.isClosed) this.#forget(connection)
    else if (isWorn || this.#isEnded || this.#all.get(connection) !== this.#generation) this.#end(connection)
    else {
      this.#idle.push(connection)
      this.#startNext()
    }
  }

  /** Replaces all connections, those in use as soon as they are given back. */
  renew(): void {
    this.#generation++
    for (const connection of [...this.#idle]) connection.destroy()
  }

  /** Lets what was asked for come to its end, for so many seconds at most, and closes everything. */
  async end(seconds: number): Promise<void> {
    // what was asked for just now is sent in the next turn
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

  #hasRoom(): boolean {
    return this.#idle.length > 0 || this.#all.size < this.#max
  }

  #take(share: string | null): Connection {
    this.#queue.take(share)
    const idle = this.#idle.pop()
    if (idle) return idle
    const made = this.#connect((closed) => this.#closed(closed))
    this.#all.set(made, this.#generation)
    return made
  }

  /** One that closes while it is in use is forgotten when it is given back. */
  #closed(connection: Connection): void {
    const at = this.#idle.indexOf(connection)
    if (at === -1) return
    this.#idle.splice(at, 1)
    this.#forget(connection)
  }

  #end(connection: Connection): void {
    void connection.end().finally(() => this.#forget(connection))
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
