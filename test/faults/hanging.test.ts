import { execFileSync } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Pool } from '../../src/database/open.ts'
import { type Listening, listen } from '../../src/runtimes/node/listen.ts'
import { openArchive, rootToken } from '../support/archive.ts'
import { newFrame } from '../support/frames.ts'
import { poolAt } from '../support/pool.ts'
import { startPostgres, type TestPostgres } from '../support/postgres.ts'
import { randomSearches } from '../support/random_searches.ts'

// An archive that listens, on a PostgreSQL of its own.

let pg: TestPostgres
let admin: Pool
let archive: Listening
let base: string
let token: string

beforeAll(async () => {
  pg = await startPostgres()
  const url = await pg.createDatabase('hanging', 'template')
  admin = poolAt(url)
  const services = await openArchive({ DATABASE_URL: url, FILESTORE_TYPE: 'dummy', PORT: '0' })
  token = await rootToken(services)
  archive = await listen(services)
  base = `http://127.0.0.1:${archive.port}`
  for (let i = 0; i < 3; i++) {
    const headers = { authorization: `Token ${token}`, 'content-type': 'application/json' }
    const body = JSON.stringify(newFrame(`frame-${i}`))
    expect((await fetch(`${base}/frames/`, { method: 'POST', headers, body })).status).toBe(201)
  }
})
afterAll(async () => {
  await archive?.stop()
  await admin?.end()
  await pg?.stop()
})

const detail = async (headers: Record<string, string> = {}): Promise<{ status: number; ms: number }> => {
  const begun = Date.now()
  const response = await fetch(`${base}/frames/1/`, { headers })
  await response.arrayBuffer()
  return { status: response.status, ms: Date.now() - begun }
}
describe('a PostgreSQL that hangs', () => {
  /** Every process of the server, so that those that are there answer nothing and no new one is made. */
  const signal = async (name: 'SIGSTOP' | 'SIGCONT', pid: number) => {
    const children = execFileSync('ps', ['-o', 'pid=', '--ppid', String(pid)], { encoding: 'utf8' })
    for (const one of [pid, ...children.trim().split(/\s+/).map(Number)]) process.kill(one, name)
  }

  test('is a 503 with Retry-After for whoever asks, and an answer again when it goes on', async () => {
    expect((await detail()).status).toBe(200)
    const [{ pid }] = (await admin`select pg_read_file('postmaster.pid') as text`.then(([row]) => [
      { pid: Number((row!.text as string).split('\n')[0]) },
    ])) as [{ pid: number }]
    await signal('SIGSTOP', pid)
    try {
      const headers = { authorization: `Token ${token}` }
      const asked = [`${base}/frames/1/`, `${base}/frames/2/headers/`, `${base}/versions/1/`].map(async (url) => {
        const response = await fetch(url, { headers, signal: AbortSignal.timeout(30_000) })
        return [response.status, response.headers.get('retry-after') !== null]
      })
      expect(await Promise.all(asked)).toEqual([
        [503, true],
        [503, true],
        [503, true],
      ])
    } finally {
      await signal('SIGCONT', pid)
    }
    await expect.poll(async () => (await detail()).status, { timeout: 15_000, interval: 200 }).toBe(200)
  })
})

test('ever new combinations of filters do not fill the memory of the database', async () => {
  const memory = async () => {
    const [{ list }] = (await admin`
      select json_agg(pid) as list from pg_stat_activity
      where datname = 'hanging' and backend_type = 'client backend' and pid <> pg_backend_pid()`) as unknown as [
      { list: number[] | null },
    ]
    let total = 0
    for (const pid of list ?? [])
      total += Number(
        /^Pss_Anon:\s+(\d+)/m.exec(execFileSync('cat', [`/proc/${pid}/smaps_rollup`], { encoding: 'utf8' }))?.[1] ?? 0,
      )
    return total / 1024
  }
  const path = randomSearches(7)
  const flood = async (requests: number) => {
    for (let i = 0; i < requests; i += 20) {
      const statuses = await Promise.all(
        Array.from({ length: 20 }, async () => {
          const response = await fetch(base + path())
          await response.arrayBuffer()
          return response.status
        }),
      )
      expect(new Set(statuses)).toEqual(new Set([200]))
    }
  }
  await flood(200)
  const before = await memory()
  await flood(1500)
  expect((await memory()) - before).toBeLessThan(50)
})
