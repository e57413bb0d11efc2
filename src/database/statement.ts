import postgres from 'postgres'

/** The parts of the driver's query object that the pool uses; its public type has none of them. */
export interface DriverQuery {
  options: { prepare?: boolean; simple?: boolean }
  handler(query: DriverQuery): void
  resolve(rows: postgres.RowList<postgres.Row[]>): void
  reject(error: unknown): void
  forEachFn: ((row: postgres.Row, rows: postgres.Row[]) => void) | undefined
  parameters: unknown[] | null
  /** Whether it runs. */
  active: boolean
  /** The session that it runs in, by the server's key for cancellations; null: it was not sent yet. */
  state: object | null
  prepared: boolean
  /** What it shares with statements of the same text; null or absent: it is never prepared. */
  shape?: string | null
}

/** Makes the driver's queries: an instance of it that never connects. */
export const driver = postgres({ max: 0, no_subscribe: true } as never) as unknown as postgres.Sql

/**
 * A template with its values, in which others may be nested; it is sent when it is awaited. The
 * driver's own are promises each, with a stack, and their text is put together every time: of a
 * search, which is nested from some eighty, that takes longer than its rows.
 */
export class Statement<T = unknown> implements Promise<T> {
  readonly [Symbol.toStringTag] = 'Statement'
  readonly strings: TemplateStringsArray
  readonly args: readonly unknown[]
  /** Who sends it. */
  handler: DriverQuery['handler']
  /** Whether it, and so whatever it is nested in, is to be planned for its values. */
  isPlanned = false
  #sent: Promise<T> | null = null

  constructor(strings: TemplateStringsArray, args: readonly unknown[], handler: DriverQuery['handler']) {
    this.strings = strings
    this.args = args
    this.handler = handler
  }

  // biome-ignore lint/suspicious/noThenProperty: it is what is awaited
  then<A = T, B = never>(
    onFulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.#sent ??= this.#send()
    return this.#sent.then(onFulfilled, onRejected)
  }

  catch<B = never>(onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null): Promise<T | B> {
    return this.then(null, onRejected)
  }

  finally(onFinally?: (() => void) | null): Promise<T> {
    return this.then().finally(onFinally)
  }

  /** Sends it now, whoever awaits it later. */
  execute(): this {
    this.then(null, () => {})
    return this
  }

  #send(): Promise<T> {
    const query = toQuery(this)
    query.handler = this.handler
    return query as unknown as Promise<T>
  }
}

/** The texts of the latest shapes. */
const texts = new Map<string, string>()
const MAX_TEXTS = 512

function toQuery(statement: Statement): DriverQuery {
  const parts: Parts = { shape: '', values: [], isPlanned: false, isPlain: true }
  collect(statement, parts)
  if (!parts.isPlain) return buildByDriver(statement) as unknown as DriverQuery
  const query = driver.unsafe(textOf(statement, parts.shape), parts.values as never[], { simple: false } as never)
  return Object.assign(query as unknown as DriverQuery, { shape: parts.isPlanned ? null : parts.shape })
}

function textOf(statement: Statement, shape: string): string {
  const known = texts.get(shape)
  const text = known ?? write(statement, { count: 0 })
  if (known !== undefined) texts.delete(shape)
  else if (texts.size >= MAX_TEXTS) texts.delete(texts.keys().next().value!)
  texts.set(shape, text)
  return text
}

interface Parts {
  /** The templates that it is nested from, by number. */
  shape: string
  values: unknown[]
  isPlanned: boolean
  /** Whether it has nothing of the driver's own in it, such as a quoted name. */
  isPlain: boolean
}

function collect({ strings, args, isPlanned }: Statement, parts: Parts): void {
  parts.isPlanned ||= isPlanned
  parts.shape += numberOf(strings)
  for (const arg of args) {
    if (arg instanceof Statement) {
      parts.shape += '('
      collect(arg, parts)
      parts.shape += ')'
    } else {
      if (isDrivers(arg)) parts.isPlain = false
      parts.values.push(arg)
    }
  }
}

function write({ strings, args }: Statement, values: { count: number }): string {
  let text = strings[0]!
  for (const [i, arg] of args.entries()) {
    text += arg instanceof Statement ? write(arg, values) : `$${++values.count}`
    text += strings[i + 1]!
  }
  return text
}

const numbers = new WeakMap<object, number>()
let last = 0

function numberOf(strings: object): number {
  const known = numbers.get(strings)
  if (known !== undefined) return known
  numbers.set(strings, ++last)
  return last
}

/** What the driver makes of a name or an object throws when it is awaited, and so has a `then`. */
const isDrivers = (value: unknown): boolean => typeof value === 'object' && value !== null && 'then' in value

const buildByDriver = ({ strings, args }: Statement): unknown =>
  driver(strings, ...(args.map((arg) => (arg instanceof Statement ? buildByDriver(arg) : arg)) as never[]))
