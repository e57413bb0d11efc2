import { queries, scripts } from '../generated/sql.ts'

/** An index that migrations make. */
export interface ExpectedIndex {
  name: string
  table: string
  isUnique: boolean
  /** From `using` on, as PostgreSQL writes it in lower case; null: it is known by its name. */
  definition: string | null
  /** How it is made anew while others write. */
  statement: string
  /** Whether it needs the extension pg_trgm. */
  isOptional: boolean
}

/** A trigger that migrations make. */
export interface ExpectedTrigger {
  name: string
  table: string
}

const INDEX = /^create (unique )?index (?:concurrently )?(?:if not exists )?(\w+) on (\w+) (.+)$/
const TRIGGER = /^create (?:or replace )?trigger (\w+) .*? on (\w+)\b/
const DROPPED = /^drop (index|trigger) (?:concurrently )?(?:if exists )?(\w+)/

/**
 * The statements of all migrations of any database, in order, each on one line; then those that make the
 * indexes of the rollups, whose tables are made under other names.
 */
function* statements(): Generator<{ statement: string; isOptional: boolean }> {
  for (const [name, script] of Object.entries(scripts).sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (!/^(migrations|optional)\//.test(name)) continue
    // bodies of functions hold semicolons, and nothing that is looked for
    const plain = script.replace(/\$(\w*)\$[\s\S]*?\$\1\$/g, "''").replace(/--.*$/gm, '')
    for (const part of plain.split(';')) {
      const statement = part.replace(/\s+/g, ' ').trim()
      if (statement) yield { statement, isOptional: name.startsWith('optional/') }
    }
  }
  for (const [name, { strings }] of Object.entries(queries))
    if (name.startsWith('rollups/build.'))
      yield { statement: strings.join('').replaceAll('rollup_new_', 'rollup_'), isOptional: false }
}

/**
 * The indexes and triggers that a migrated database has, read out of the migrations themselves. A
 * test compares them with the catalogue of a database that was just migrated.
 */
export function expectedParts(): { indexes: ExpectedIndex[]; triggers: ExpectedTrigger[] } {
  const indexes = new Map<string, ExpectedIndex>()
  const triggers = new Map<string, ExpectedTrigger>()
  for (const { statement, isOptional } of statements()) {
    const [, unique, name, table, rest] = INDEX.exec(statement) ?? []
    if (name && table && rest)
      indexes.set(name, {
        name,
        table,
        isUnique: unique !== undefined,
        definition: rest.startsWith('using ') ? rest.toLowerCase() : null,
        statement: `create ${unique ?? ''}index concurrently ${name} on ${table} ${rest}`,
        isOptional,
      })
    const [, trigger, on] = TRIGGER.exec(statement) ?? []
    if (trigger && on) triggers.set(`${trigger} ${on}`, { name: trigger, table: on })
    const [, kind, dropped] = DROPPED.exec(statement) ?? []
    if (kind === 'index') indexes.delete(dropped!)
    if (kind === 'trigger') for (const key of triggers.keys()) if (key.startsWith(`${dropped} `)) triggers.delete(key)
  }
  return { indexes: [...indexes.values()], triggers: [...triggers.values()] }
}
