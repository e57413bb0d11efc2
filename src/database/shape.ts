import type postgres from 'postgres'

/** The parts of the driver's query object that the pool uses; its public type has none of them. */
export interface Statement {
  readonly strings: readonly string[]
  readonly args: readonly unknown[]
  options: { prepare?: boolean; simple?: boolean }
  handler(statement: Statement): void
  resolve(rows: postgres.RowList<postgres.Row[]>): void
  reject(error: unknown): void
  forEachFn: ((row: postgres.Row, rows: postgres.Row[]) => void) | undefined
  parameters: unknown[] | null
  /** Whether it runs. */
  active: boolean
  /** The session that it runs in, by the server's key for cancellations; null: it was not sent yet. */
  state: object | null
  prepare: boolean
  prepared: boolean
}

const numbers = new WeakMap<object, number>()
let last = 0

function templateNumber(strings: object): number {
  const known = numbers.get(strings)
  if (known !== undefined) return known
  numbers.set(strings, ++last)
  return last
}

const isFragment = (value: unknown): value is Statement =>
  typeof value === 'object' && value !== null && 'strings' in value && 'args' in value

const planned = new WeakSet<object>()

/** Has the database plan every statement that a fragment is nested in for the values it has. */
export function planForValues(fragment: object): void {
  planned.add(fragment)
}

/**
 * What statements of the same text share: the templates they are nested from, without values.
 * @returns null for a statement that is never prepared: no template, or to be planned for its values
 */
export function findShape(statement: Statement): string | null {
  const { strings, args } = statement
  if (!('raw' in strings) || planned.has(statement)) return null
  let shape = String(templateNumber(strings))
  for (const arg of args) {
    if (!isFragment(arg)) continue
    const nested = findShape(arg)
    if (nested === null) return null
    shape += `(${nested})`
  }
  return shape
}

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
