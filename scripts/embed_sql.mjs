// Makes src/generated/sql.ts from every file of sql/, so that no SQL is read from disk at run time.
//
// A file outside migrations/, optional/ and adopt/ is a query: its slots `:name` become the holes of a tagged template (`::type` casts,
// comments and quoted text are left alone). A file may hold several named blocks, each opened by a line `-- name: block`;
// they are reached as `file.block`. Files under migrations/, optional/ and adopt/ are scripts and are kept as
// plain text.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const source = join(root, 'sql')
const target = join(root, 'src/generated/sql.ts')
const files = readdirSync(source, { recursive: true })
  .filter((f) => f.endsWith('.sql'))
  .map((f) => f.replaceAll('\\', '/'))
  .sort()

/** Quoted text and names, which are kept as they are; comments; casts; slots. */
const TOKEN =
  /(?<quoted>'(?:[^']|'')*'|"(?:[^"]|"")*"|\$(?<tag>\w*)\$[\s\S]*?\$\k<tag>\$)|--[^\n]*|\/\*[\s\S]*?\*\/|(?<cast>::)|:(?<slot>[a-z][a-z0-9_]*)/g

const fold = (text) => text.replace(/\s+/g, ' ')
/** One piece after another, with one space where each has one. */
const joinFolded = (before, after) => (before.endsWith(' ') ? before + after.trimStart() : before + after)

function template(text, where) {
  const strings = []
  const slots = []
  let part = ''
  let at = 0
  for (const m of text.matchAll(TOKEN)) {
    part = joinFolded(part, fold(text.slice(at, m.index)))
    at = m.index + m[0].length
    const { quoted, cast, slot } = m.groups
    if (slot) {
      strings.push(part)
      slots.push(slot)
      part = ''
    } else part += quoted ?? cast ?? ''
  }
  strings.push(joinFolded(part, fold(text.slice(at))))
  strings[0] = strings[0].trimStart()
  strings[strings.length - 1] = strings.at(-1).trimEnd()
  if (!strings.join('').trim() && !slots.length) throw new Error(`${where} is empty`)
  return { strings, slots }
}

const queries = []
const scripts = []
for (const file of files) {
  const text = readFileSync(join(source, file), 'utf8')
  const stem = file.replace(/\.sql$/, '')
  if (/^(migrations|optional|adopt)\//.test(file)) {
    scripts.push([stem, text])
    continue
  }
  const blocks = text.split(/^-- name: *([a-z0-9_]+).*$/m)
  if (blocks.length === 1) queries.push([stem, template(text, file)])
  for (let i = 1; i < blocks.length; i += 2)
    queries.push([`${stem}.${blocks[i]}`, template(blocks[i + 1], `${file}: ${blocks[i]}`)])
}

const entry = ([name, { strings, slots }]) => {
  const type = slots.length ? [...new Set(slots)].map((s) => `'${s}'`).join(' | ') : 'never'
  return `  '${name}': template<${type}>(${JSON.stringify(strings)}, ${JSON.stringify(slots)}),`
}
mkdirSync(dirname(target), { recursive: true })
writeFileSync(
  target,
  `// Made by scripts/embed_sql.mjs from sql/: do not edit.
import { template } from '../database/template.ts'

export const queries = {
${queries.map(entry).join('\n')}
}

export const scripts: Record<string, string> = {
${scripts.map(([name, text]) => `  '${name}': ${JSON.stringify(text)},`).join('\n')}
}
`,
)
