/**
 * Remembers which shapes recur and are worth preparing. Anonymous searches with ever new
 * combinations of filters never do, so they cannot fill the database's memory with plans.
 */
export class RecurringShapes {
  readonly #seen = new Set<string>()
  readonly #limit: number

  /** @param limit how many of the latest shapes are remembered */
  constructor(limit: number) {
    this.#limit = limit
  }

  /** Whether this shape was seen recently; remembers it. */
  has(shape: string): boolean {
    const isKnown = this.#seen.delete(shape)
    this.#seen.add(shape)
    if (this.#seen.size > this.#limit) this.#seen.delete(this.#seen.values().next().value!)
    return isKnown
  }
}
