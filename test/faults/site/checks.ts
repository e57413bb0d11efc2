import { setTimeout as pause } from 'node:timers/promises'
import type { Ingester } from './ingester.ts'
import type { Ledger } from './ledger.ts'
import type { Listener } from './listener.ts'
import { type Known, md5 } from './records.ts'
import type { Site, Sql } from './site.ts'
import type { Writers } from './writers.ts'

const PATIENCE_MS = 120_000

/** What has been written, and by whom. */
export interface Run {
  known: readonly Known[]
  writers: Writers
  ingester: Ingester
  listener: Listener
  token: string
}

/** What must be true when all is over: a line for each thing that is, or what is wrong as a lie of the ledger. */
export async function checkAfterwards(site: Site, run: Run, ledger: Ledger): Promise<string[]> {
  const { sql } = site
  await untilEmpty(sql, 'outbox', ledger)
  // what a process that was killed had in hand is its own for five minutes
  await sql`update removals set next_try = now()`
  await untilEmpty(sql, 'removals', ledger)
  const holds = [await checkWritten(sql, run, ledger), await checkAnnounced(sql, run, ledger)]
  holds.push(await checkFiles(site, run, ledger))
  const counts = await site.command(['rollups', '--check'])
  if (counts.code !== 0) ledger.lie(`platestack rollups --check: ${counts.stdout}${counts.stderr}`)
  else holds.push('the counts are those of a recount of all frames')
  return holds
}

async function untilEmpty(sql: Sql, table: 'outbox' | 'removals', ledger: Ledger): Promise<void> {
  for (const until = Date.now() + PATIENCE_MS; ; await pause(200)) {
    const [row] = await sql`select count(*)::int as left from ${sql(table)}`
    if (row!.left === 0) return
    if (Date.now() > until) return ledger.lie(`${row!.left} entries stay in ${table}`)
  }
}

/** Every acknowledged write is there exactly once, and every acknowledged deletion holds. */
async function checkWritten(sql: Sql, { writers, ingester, known }: Run, ledger: Ledger): Promise<string> {
  const rows = await sql<{ id: number; basename: string; target: string; versions: string[] }[]>`
    select f.id, f.basename, f.target_name as target, array_agg(v.md5) as versions
    from frames f left join versions v on v.frame_id = f.id group by f.id`
  const there = new Map(rows.map((row) => [row.basename, row]))
  const { written } = writers
  for (const { basename, id, md5: sum, state, target } of written) {
    const row = there.get(basename)
    if (state === 'deleted') {
      if (row) ledger.lie(`${basename} was deleted and is there`)
    } else if (!row) ledger.lie(`${basename} was acknowledged and is not there`)
    else if (row.id !== id || row.versions.join() !== sum) ledger.lie(`${basename} is not as it was acknowledged`)
    else if (Number(row.target.slice(1)) < target.acknowledged) ledger.lie(`${basename} lost a change: ${row.target}`)
  }
  for (const [basename, sum] of [...ingester.sent, ...known.map((k) => [k.basename, k.md5] as const)])
    if (there.get(basename)?.versions.join() !== sum) ledger.lie(`${basename} is not there exactly once`)
  const expected = written.filter(({ state }) => state !== 'deleted').length + ingester.sent.size + known.length
  if (rows.length !== expected) ledger.lie(`${rows.length} frames are there, not ${expected}`)
  const deleted = written.length + ingester.sent.size + known.length - expected
  return `${expected} acknowledged frames are there exactly once, ${deleted} deleted ones are gone`
}

/** Every committed frame was announced, and nothing else. */
async function checkAnnounced(sql: Sql, { writers, listener, known }: Run, ledger: Ledger): Promise<string> {
  const rows = await sql<{ id: number }[]>`select id from frames`
  const committed = new Set([...rows.map(({ id }) => id), ...writers.written.map(({ id }) => id)])
  // nobody listened yet
  for (const { id } of known) committed.delete(id)
  for (const until = Date.now() + PATIENCE_MS; Date.now() < until; await pause(200))
    if ([...committed].every((id) => listener.heard.has(id))) break
  for (const id of committed) if (!listener.heard.has(id)) ledger.lie(`frame ${id} was never announced`)
  for (const id of listener.heard.keys()) if (!committed.has(id)) ledger.lie(`frame ${id} was announced and is none`)
  const twice = [...listener.heard.values()].filter((times) => times > 1).length
  return `${committed.size} frames were announced, ${twice} of them more than once`
}

/** Every file comes back as it was stored. */
async function checkFiles(site: Site, { known, ingester, token }: Run, ledger: Ledger): Promise<string> {
  const headers = { authorization: `Token ${token}` }
  const files = [...known.map((k) => [k.basename, k.md5] as const), ...ingester.sent]
  for (const [basename, sum] of files) {
    const list = await fetch(`${site.url}/frames/?basename_exact=${basename}`, { headers })
    const [frame] = ((await list.json()) as { results: { url: string }[] }).results
    const file = frame && (await fetch(frame.url))
    if (!file?.ok || md5(new Uint8Array(await file.arrayBuffer())) !== sum)
      ledger.lie(`the file of ${basename} is not whole`)
  }
  return `${files.length} files are whole`
}
