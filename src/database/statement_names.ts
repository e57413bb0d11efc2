import { queries } from '../generated/sql.ts'

let names: Map<object, string> | undefined

/** The name in sql/ of what a statement was written as; of others, as `begin`, their first word. */
export function statementName(template: object): string {
  names ??= new Map(Object.entries(queries).map(([name, { strings }]) => [strings, name]))
  const word = /^\s*([a-z]+)/i.exec((template as TemplateStringsArray)[0] ?? '')?.[1]
  return names.get(template) ?? word?.toLowerCase() ?? 'statement'
}
