import type postgres from 'postgres'

/** The part of the driver's query object that the pool works with; its public type shows none of it. */
export interface Statement {
  readonly strings: readonly string[]
  readonly args: readonly unknown[]
  options: { prepare?: boolean; simple?: boolean }
  handler(statement: Statement): void
  resolve(rows: postgres.RowList<postgres.Row[]>): void
  reject(error: unknown): void
  forEachFn: ((row: postgres.Row, rows: postgres.Row[]) => void) | undefined
  parameters: unknown[] | null
  prepare: boolean
  prepared: boolean
}

const numbers = new WeakMap<object, number>()
let last = 0

function numberOf(strings: object): number {
  const known = numbers.get(strings)
  if (known !== undefined) return known
  numbers.set(strings, ++last)
  return last
}

const isFragment = (value: unknown): value is Statement =>
  typeof value === 'object' && value !== null && 'strings' in value && 'args' in value

/**
 * What two statements of the same text have in common: the templates that they are nested from. Values do not count.
 * @returns null for a statement that is no template, which is never prepared
 */
export function shapeOf({ strings, args }: Statement): string | null {
  if (!('raw' in strings)) return null
  let shape = String(numberOf(strings))
  for (const arg of args) if (isFragment(arg)) shape += `(${shapeOf(arg)})`
  return shape
}

/**
 * Which shapes come again: those are worth preparing. Of anonymous searches with ever new combinations of filters none does, so
 * that they cannot fill the database's memory with plans.
 */
export class RecurringShapes {
  readonly #seen = new Set<string>()
  readonly #limit: number

  /** @param limit how many shapes are remembered, the most recent ones */
  constructor(limit: number) {
    this.#limit = limit
  }

  /** Whether this shape was seen before, and is not forgotten yet. */
  has(shape: string): boolean {
    const isKnown = this.#seen.delete(shape)
    this.#seen.add(shape)
    if (this.#seen.size > this.#limit) this.#seen.delete(this.#seen.values().next().value!)
    return isKnown
  }
}
