import type { QueueBounds } from './types.ts'

/** Somebody waiting for a turn. */
export interface Waiter {
  /** The share it counts towards; null for none. */
  share: string | null
  start(): void
}

/**
 * The queue for connections. Shares take turns, so that a busy one does not hold up the others, and
 * none holds more than its limit at once.
 */
export class FairQueue {
  /** By share, in the order of their turns. */
  readonly #waiting = new Map<string | null, Waiter[]>()
  readonly #held = new Map<string, number>()
  readonly #limit: number
  readonly #bounds: Pick<QueueBounds, 'length' | 'perShare'>
  length = 0

  /** @param limit the most turns one share may hold at a time */
  constructor(limit: number, bounds: Pick<QueueBounds, 'length' | 'perShare'>) {
    this.#limit = limit
    this.#bounds = bounds
  }

  /** Whether a share may have another turn now. */
  allows(share: string | null): boolean {
    return share === null || (this.#held.get(share) ?? 0) < this.#limit
  }

  /** Whether nobody of this share may be added. */
  isFull(share: string | null): boolean {
    return this.length >= this.#bounds.length || (this.#waiting.get(share)?.length ?? 0) >= this.#bounds.perShare
  }

  take(share: string | null): void {
    if (share !== null) this.#held.set(share, (this.#held.get(share) ?? 0) + 1)
  }

  release(share: string | null): void {
    if (share === null) return
    const left = this.#held.get(share)! - 1
    if (left === 0) this.#held.delete(share)
    else this.#held.set(share, left)
  }

  add(waiting: Waiter): void {
    const line = this.#waiting.get(waiting.share)
    if (line) line.push(waiting)
    else this.#waiting.set(waiting.share, [waiting])
    this.length++
  }

  remove(waiting: Waiter): void {
    const line = this.#waiting.get(waiting.share)
    const at = line?.indexOf(waiting) ?? -1
    if (at === -1) return
    line!.splice(at, 1)
    if (line!.length === 0) this.#waiting.delete(waiting.share)
    this.length--
  }

  /** Takes whoever is next off the queue; undefined if nobody may start now. */
  next(): Waiter | undefined {
    for (const [share, line] of this.#waiting) {
      if (!this.allows(share)) continue
      const waiting = line.shift()!
      this.length--
      this.#waiting.delete(share)
      if (line.length) this.#waiting.set(share, line)
      return waiting
    }
    return undefined
  }
}
