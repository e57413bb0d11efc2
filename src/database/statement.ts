import type postgres from 'postgres'

/** What is sent. */
export interface Written {
  readonly text: string
  readonly values: readonly unknown[]
  /** What it was written as: of a query of sql/, the strings between its slots. */
  readonly template: TemplateStringsArray
  /** What it shares with statements of the same text; null: it is never prepared. */
  readonly shape: string | null
  /** Without values: several statements may be in it. */
  readonly isSimple: boolean
}

/** A statement that is to be sent, and who waits for it. */
export interface Order {
  readonly written: Written
  resolve(rows: postgres.RowList<postgres.Row[]>): void
  reject(error: unknown): void
}

/** Sends statements to a database. */
export type Handler = (order: Order) => void

/**
 * A template with its values, in which others may be nested; it is sent when it is awaited.
 *
 * The driver's own are promises each, with a stack, and put their text together every time: of a
 * search, which is nested from some eighty, that takes longer than its rows.
 */
export class Statement<T = unknown> implements Promise<T> {
  readonly [Symbol.toStringTag] = 'Statement'
  readonly strings: TemplateStringsArray
  readonly args: readonly unknown[]
  handler: Handler
  /** Whether it, and so whatever it is nested in, is to be planned for its values. */
  isPlanned = false
  #sent: Promise<T> | null = null

  constructor(strings: TemplateStringsArray, args: readonly unknown[], handler: Handler) {
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
    return new Promise((resolve, reject) => {
      this.handler({ written: this.write(), resolve: resolve as Order['resolve'], reject })
    })
  }

  /** What is sent. */
  protected write(): Written {
    const parts: Parts = { shape: [], values: [], isPlanned: false }
    collect(this, parts)
    const { values, isPlanned } = parts
    // joined, since a text that is put together by `+` is kept in all its pieces
    const shape = parts.shape.join('')
    const { strings: template } = this
    return { text: textOf(this, shape), template, values, shape: isPlanned ? null : shape, isSimple: false }
  }
}

/** Plain text, with values for its $1, $2, …; without any it may be several statements. */
export class PlainStatement<T = unknown> extends Statement<T> {
  constructor(text: string, values: readonly unknown[], handler: Handler) {
    super([text] as unknown as TemplateStringsArray, values, handler)
  }

  protected override write(): Written {
    const { strings: template, args: values } = this
    return { text: template[0]!, template, values, shape: null, isSimple: values.length === 0 }
  }
}

/** The texts of the latest shapes. */
const texts = new Map<string, string>()
const MAX_TEXTS = 512

function textOf(statement: Statement, shape: string): string {
  const known = texts.get(shape)
  const text = known ?? write(statement, { count: 0 })
  if (known !== undefined) texts.delete(shape)
  else if (texts.size >= MAX_TEXTS) texts.delete(texts.keys().next().value!)
  texts.set(shape, text)
  return text
}

interface Parts {
  /** The templates that it is nested from, by number, the names that were quoted, and where values are. */
  shape: (string | number)[]
  values: unknown[]
  isPlanned: boolean
}

function collect({ strings, args, isPlanned }: Statement, parts: Parts): void {
  parts.isPlanned ||= isPlanned
  parts.shape.push(numberOf(strings))
  for (const arg of args) {
    if (arg instanceof Statement) {
      parts.shape.push('(')
      collect(arg, parts)
      parts.shape.push(')')
    } else if (arg instanceof Name) parts.shape.push(arg.quoted)
    else {
      parts.shape.push('$')
      parts.values.push(arg)
    }
  }
}

function write({ strings, args }: Statement, values: { count: number }): string {
  let text = strings[0]!
  for (const [i, arg] of args.entries()) {
    if (arg instanceof Statement) text += write(arg, values)
    else text += arg instanceof Name ? arg.quoted : `$${++values.count}`
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

/** The name of a table or a column, to be put into a template. */
export class Name {
  readonly quoted: string
  constructor(name: string) {
    this.quoted = `"${name.replace(/"/g, '""')}"`
  }
}
