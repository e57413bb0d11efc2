import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Template } from '../../src/database/template.ts'
import { queries } from '../../src/generated/sql.ts'
import { FILTERS } from '../../src/schemas/filters.ts'
import { inRepository } from '../support/data.ts'

const texts = Object.entries(queries).map(([name, template]) => {
  const { strings, slots } = template as Template<string>
  return { name, text: strings.reduce((left, right, i) => `${left}:${slots[i - 1]}${right}`) }
})

/** Tables that tell of frames, and where one of them is read. */
const READS =
  /\b(?:from|join)\s+(frames|versions|headers|thumbnails|related_frames|rollup_(?:new_)?frames|rollup_listed|rollup_folded)\b/g

/** The rows of ids that were found visible, and how far ids go. */
const HARMLESS = /join frames f on f\.id = one\.id|select max\(id\)::bigint as last from frames/g

/** Queries that read them without asking what the caller may see, and why they may. */
const EXCEPTIONS: Record<string, string> = {
  'downloads.columns': 'whether a version is the newest at its path',
  'downloads.unlearnt': 'for the operator: what platestack checksum has to read',
  'downloads.count_unlearnt': 'for the operator: how much that is',
  'verifications/state.progress': 'for operators: how many files are verified',
  'verifications/findings.put': 'for the operator: whether a file is still named',
  'verifications/findings.prune': 'the same',
  'verifications/findings.named': 'for the operator: whose bytes were found',
  'verifications/records.versions': 'for the operator: what platestack verify reads',
  'verifications/records.newest_versions': 'the same',
  'verifications/records.thumbnails': 'the same',
  'verifications/records.chosen_versions': 'the same',
  'verifications/records.chosen_thumbnails': 'the same',
  'verifications/records.expected': 'for the operator: how much that is',
  'verifications/spans.ids_of_versions': 'for the operator: which ids come next',
  'verifications/spans.ids_of_thumbnails': 'the same',
  'versions/add.taken': 'for writers: whose a key is',
  'frames/create.make': 'for writers: which names are there',
  'frames/create.lock': 'for writers: ids of names',
  'frames/create.placeholders': 'for writers: which ids are placeholders',
  'frames/relate': 'for writers: links by name',
  'frames/announce': 'the messages of frames that were just written',
  'frames/columns.frame': 'versions of a frame that the query around it has found visible',
  'frames/columns.related': 'ids of all related frames: an id says nothing',
  'frames/columns.thumbnails': 'thumbnails of a frame that the query around it has found visible',
  'frames/filters.submitter': 'headers of a frame that the query around it has found visible',
  'frames/update.named': 'for writers: the id of a name',
  'import/here.named': 'for the operator: what platestack import compares',
  'import/here.details': 'for the operator: what platestack import compares',
  'frames/delete.lock': 'for superusers',
  'frames/delete.related': 'for superusers',
  'frames/delete.headers': 'for superusers',
  'frames/delete.versions': 'for superusers',
  'frames/delete.thumbnails': 'for superusers',
  'frames/delete.frames': 'for superusers',
  'frames/purge.given': 'for the operator: whether a frame has a version',
  'frames/purge.count': 'for the operator: what would be deleted',
  'frames/purge.next_by_date': 'for the operator: what is to be deleted',
  'frames/purge.next_by_day': 'the same',
  'frames/purge.next_by_id': 'the same',
  'thumbnails/update.taken': 'for writers: whether a name is taken',
  'thumbnails/update.lock': 'for writers',
  'thumbnails/delete': 'for superusers',
  'removals.named': 'for nobody: whether a stored file is still named',
  'rollups/build.kinds': 'for the rollups, of which counts take what a caller may see',
  'rollups/build.proposals': 'the same',
  'rollups/build.targets': 'the same',
  'rollups/build.target_counts': 'the same',
  'rollups/build.frames': 'the same',
  'rollups/build.days': 'the same',
  'rollups/build.state': 'the same',
  'rollups/check.frames': 'for operators: how many are folded wrongly',
  'rollups/check.days': 'the same',
  'rollups/check.targets': 'the same',
  'rollups/check.span': 'the same',
  'rollups/check.state': 'for operators: how many are folded',
  'rollups/remembered.current': 'for nobody: whether any frame of a span has changed',
  'partitions/look.span': 'for the operator: between which days frames are',
  'partitions/make.table': 'for the operator: the highest id',
  'partitions/make.names': 'for triggers: which names there are',
  'partitions/triggers.name': 'the same',
  'versions/get': 'for staff',
  'versions/known': 'for staff: an ingester asks whether files are there',
  'versions/list.page': 'for staff, all versions: an ingester asks whether a file is there',
  'versions/list.count': 'the same',
  'versions/list.count_all': 'the same',
}

test('what reads frames, or anything that hangs on them, asks each time what the caller may see', () => {
  const forgetful = texts
    .filter(({ name }) => !(name in EXCEPTIONS))
    .filter(({ text }) => {
      const frames = [...text.replace(HARMLESS, '').matchAll(READS)].filter(([, table]) => table === 'frames').length
      const asked = text.split(/:(?:folded_)?visible\b/).length - 1
      // versions and the like hang on a frame of the same query: that one is asked for
      return text.search(READS) !== -1 && (asked === 0 || asked < frames)
    })
  expect(forgetful.map(({ name }) => name)).toEqual([])
})

test('the exceptions are still exceptions', () => {
  const needless = Object.keys(EXCEPTIONS).filter((name) => {
    const found = texts.find((t) => t.name === name)
    return !found || found.text.includes(':visible') || found.text.search(READS) === -1
  })
  expect(needless).toEqual([])
})

test('visibility is defined once', () => {
  const elsewhere = texts.filter(
    ({ name, text }) => /public_date\s*(<|is null)/.test(text) && !name.startsWith('frames/visibility.'),
  )
  expect(elsewhere.map(({ name }) => name)).toEqual([
    // counted apart: all frames, and those that are public
    'rollups/build.target_counts',
    'rollups/build.days',
    'rollups/check.days',
    'rollups/check.targets',
    // between two moments, whoever asks
    'rollups/count.turned',
    // folded frames know proposals by numbers
    'rollups/count.seen_by_user',
    // how many at most
    'rollups/place',
    // whether any, whoever asks
    'rollups/remembered.current',
  ])
})

test('every filter has its block of SQL, and every block its filter', () => {
  const SEVERAL: Record<string, string[]> = {
    basename: ['basename', 'basename_of_days'],
    covers: ['covers', 'covers_points', 'covers_wide'],
    empty_target_name: ['empty_target_name', 'given_target_name'],
    intersects: ['near', 'intersects', 'intersects_points', 'intersects_wide'],
    public: ['public_nothing', 'public_own'],
    end: ['end', 'before'],
  }
  const blocks = texts
    .filter(({ name }) => name.startsWith('frames/filters.'))
    .map(({ name }) => name.slice('frames/filters.'.length))
  expect(blocks.toSorted()).toEqual(FILTERS.flatMap(({ name }) => SEVERAL[name] ?? [name]).toSorted())
})

test('every block is named by a module of queries or of the runtimes, in full or up to a part that depends on a value', () => {
  const sources = readdirSync(inRepository('src'), { recursive: true })
    .map(String)
    .filter((file) => file.endsWith('.ts') && !file.startsWith('generated'))
    .map((file) => readFileSync(inRepository(`src/${file}`), 'utf8'))
    .join('\n')
  const named = [...sources.matchAll(/['`]([a-z0-9_]+(?:\/[a-z0-9_]+)*(?:\.[a-z0-9_]*)?)(\$\{)?/g)]
  const whole = new Set(named.filter(([, , open]) => !open).map(([, name]) => name))
  const beginnings = named.filter(([, name, open]) => open && name!.includes('.')).map(([, name]) => name!)
  const unused = texts.filter(({ name }) => !whole.has(name) && !beginnings.some((begin) => name.startsWith(begin)))
  expect(unused.map(({ name }) => name)).toEqual([])
})

test('a file becomes its template: white space is folded and comments go, but not in quoted text', () => {
  const folder = mkdtempSync(join(tmpdir(), 'platestack-embed-'))
  const script = join(folder, 'scripts/embed_sql.mjs')
  mkdirSync(join(folder, 'sql'))
  cpSync(inRepository('scripts/embed_sql.mjs'), script)
  const text = `select  'two  spaces\n-- no comment :none'  -- a comment of :none
    as "two  spaces :none",\n\n $tag$ a  'b' :none $tag$ ,  :one::text  /* :none */  || :two\n`
  writeFileSync(join(folder, 'sql/query.sql'), text)
  execFileSync(process.execPath, [script])
  const made = readFileSync(join(folder, 'src/generated/sql.ts'), 'utf8')
  rmSync(folder, { recursive: true })
  const [strings, slots] = JSON.parse(`[${made.match(/'query': template<.*>\((.*)\),$/m)![1]}]`)
  expect(strings).toEqual([
    `select 'two  spaces\n-- no comment :none' as "two  spaces :none", $tag$ a  'b' :none $tag$ , `,
    '::text || ',
    '',
  ])
  expect(slots).toEqual(['one', 'two'])
})
