import { type Handler, Name, PlainStatement, Statement } from './statement.ts'
import type { Sql } from './types.ts'

/** The template tag whose statements go to `handler` when they are awaited. */
export function createTag(handler: Handler): Sql {
  const sql = (first: TemplateStringsArray | string, ...values: unknown[]) =>
    typeof first === 'string' ? new Name(first) : new Statement(first, values, handler)
  const unsafe = (text: string, values: unknown[] = []) => new PlainStatement(text, values, handler)
  return Object.assign(sql, { unsafe }) as unknown as Sql
}
