/** One that waits for a turn. */
export interface Waiting {
  /** Whose share it takes of; null: nobody's. */
  share: string | null
  start(): void
}

/**
 * Who waits for a connection: shares take turns, so that who asks much waits behind who asks little, and no share holds more than
 * its limit at once.
 */
export class FairQueue {
  /** By share, in the order of their turns. */
  readonly #waiting = new Map<string | null, Waiting[]>()
  readonly #held = new Map<string, number>()
  readonly #limit: number
  length = 0

  /** @param limit how many turns one share may hold at a time */
  constructor(limit: number) {
    this.#limit = limit
  }

  /** Whether a share may have another turn now. */
  allows(share: string | null): boolean {
    return share === null || (this.#held.get(share) ?? 0) < this.#limit
  }

  take(share: string | null): void {
    if (share !== null) this.#held.set(share, (this.#held.get(share) ?? 0) + 1)
  }

  giveBack(share: string | null): void {
    if (share === null) return
    const left = this.#held.get(share)! - 1
    if (left === 0) this.#held.delete(share)
    else this.#held.set(share, left)
  }

  add(waiting: Waiting): void {
    const line = this.#waiting.get(waiting.share)
    if (line) line.push(waiting)
    else this.#waiting.set(waiting.share, [waiting])
    this.length++
  }

  remove(waiting: Waiting): void {
    const line = this.#waiting.get(waiting.share)
    const at = line?.indexOf(waiting) ?? -1
    if (at === -1) return
    line!.splice(at, 1)
    if (line!.length === 0) this.#waiting.delete(waiting.share)
    this.length--
  }

  /** The next whose turn it is, taken off the queue; undefined: none may start now. */
  next(): Waiting | undefined {
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
