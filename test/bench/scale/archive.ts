import { setTimeout as pause } from 'node:timers/promises'
import type { Pool } from '../../../src/database/open.ts'
import { poolAt } from '../../support/pool.ts'
import { startServer } from '../server.ts'
import { openWire, type Sent } from '../wire.ts'
import { S3_VARIABLES } from './askers.ts'
import { pathOf } from './check.ts'
import { readOnly } from './database.ts'
import type { Scenario } from './requests.ts'
import { type Sampled, sampleFrames } from './sample.ts'

/** An archive that is asked over HTTP without credentials. */
export interface Archive {
  base: string
  get(path: string): Promise<{ status: number; body: unknown }>
}

/** This build of the archive as a process, over a filled database. */
export interface OwnArchive extends Archive {
  url: string
  frames: number
  /** Connections that cannot write. */
  sql: Pool
  sampled: Sampled[]
  /** Waits until the database has ended what clients have left, or for a minute. */
  settle(): Promise<void>
  close(): Promise<void>
}

/** How many different requests a scenario has, where there are so many. */
const REQUESTS = 500
/** How many of a scenario's requests pgbench is given. */
const SAMPLES = 16
/** After so long those that were asked for have to do. */
const PATIENCE_MS = 5000
/** For so long nobody asks, and the archive is watched. */
const IDLE_MS = 3000
/** Reading a list writes nothing. */
const WRITES = /\b(insert into|update|delete from)\b/i

export async function openArchive(url: string, frames: number, workers: number): Promise<OwnArchive> {
  const sql = poolAt(readOnly(url), { max: 1, statementTimeoutMs: 600_000 })
  const server = await startServer(url, [], { ...S3_VARIABLES, WORKERS: String(workers) })
  return {
    base: server.base,
    get: server.get,
    url,
    frames,
    sql,
    sampled: await sampleFrames(sql, frames, REQUESTS),
    async settle() {
      for (let i = 0; i < 600; i++) {
        const [left] = await sql`
          select count(*)::int as n from pg_stat_activity
          where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend' and state <> 'idle'`
        if (left!.n === 0) return
        await pause(100)
      }
    },
    async close() {
      await server.stop()
      await sql.end({ timeout: 5 })
    },
  }
}

/** Another archive, at any base URL. */
export const archiveAt = (base: string): Archive => ({
  base: base.replace(/\/$/, ''),
  async get(path) {
    const answer = await fetch(base.replace(/\/$/, '') + path, { headers: { accept: 'application/json' } })
    return { status: answer.status, body: await answer.json().catch(() => null) }
  },
})

/** What is asked of an archive: cursors are its own, so first pages are followed there. */
export async function pathsFor({ base, get }: Archive, { requests }: Scenario): Promise<string[]> {
  const paths: string[] = []
  for (const { kind, path } of requests) {
    if (kind !== 'walk') paths.push(path)
    else {
      const { status, body } = await get(path)
      const next = status === 200 ? (body as { next: string | null }).next : null
      if (next === null) throw new Error(`${base}${path} has no next page`)
      paths.push(pathOf(next).slice(new URL(base).pathname.replace(/\/$/, '').length))
    }
  }
  return paths
}

/** An archive whose conversation with its database is read along. */
export interface Tapped {
  /** The statements that the archive sends its database for some requests of a scenario, request by request. */
  statements(scenario: Scenario): Promise<Sent[][]>
  close(): Promise<void>
}

/** Opens one more process of this build over a database. */
export async function openTapped(url: string): Promise<Tapped> {
  const wire = await openWire(Number(new URL(url).port || 5432))
  const { base, get, stop } = await startServer(Object.assign(new URL(url), { port: wire.port }).href, [], S3_VARIABLES)
  // what the archive does of its own accord, again and again, is not part of a request that takes long meanwhile
  await get('/health/')
  wire.clear()
  await pause(IDLE_MS)
  const background = new Set(wire.sent.map(({ text }) => text))
  const sentFor = async (path: string): Promise<Sent[]> => {
    wire.clear()
    await get(path)
    return wire.sent.filter(({ text }) => !background.has(text) && !WRITES.test(text))
  }
  return {
    async statements(scenario) {
      const step = Math.max(1, Math.floor(scenario.requests.length / SAMPLES))
      const requests = scenario.requests.filter((_, i) => i % step === 0).slice(0, SAMPLES)
      const each: Sent[][] = []
      const until = performance.now() + PATIENCE_MS
      for (const path of await pathsFor({ base, get }, { ...scenario, requests })) {
        if (each.length && performance.now() > until) break
        // nor is what it does only once
        let least = await sentFor(path)
        for (let i = 0; i < 2 && performance.now() < until; i++) {
          const sent = await sentFor(path)
          if (sent.length < least.length) least = sent
        }
        each.push(least)
      }
      return each.filter((sent) => sent.length > 0)
    },
    async close() {
      await stop()
      await wire.close()
    },
  }
}
