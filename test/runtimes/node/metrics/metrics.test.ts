import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Pool } from '../../../../src/database/open.ts'
import { measureReplica } from '../../../../src/runtimes/node/metrics/process.ts'
import { measureServer } from '../../../../src/runtimes/node/metrics/server.ts'
import { inRepository } from '../../../support/data.ts'
import { newFrame } from '../../../support/frames.ts'
import { poolAt } from '../../../support/pool.ts'
import { freePort } from '../../../support/ports.ts'
import { startPostgres, type TestPostgres } from '../../../support/postgres.ts'
import { platestack, type Running, serve, stop } from '../../../support/program.ts'
import { promtool, type Sample, samplesOf, scrape, startPrometheus, sumOf } from '../../../support/prometheus.ts'
import { type Relay, startRelay } from '../../../support/relay.ts'
import { clientsOf, getOnce, openLine, workersOf } from '../../../support/workers.ts'

const WAIT = { timeout: 60_000, interval: 100 }
const folder = mkdtempSync(join(tmpdir(), 'platestack-metrics-'))
let pg: TestPostgres
let sql: Pool
let relay: Relay
let port: number
let archive: Running & { url: string }
let token: string
beforeAll(async () => {
  pg = await startPostgres()
  const direct = await pg.createDatabase(undefined, 'template')
  sql = poolAt(direct)
  port = Number(new URL(direct).port)
  relay = await startRelay(port, { port: await freePort() })
  const env = { DATABASE_URL: Object.assign(new URL(direct), { port: String(relay.port) }).href, SECRET_KEY: 'mellon' }
  const admin = ['createsuperuser', '--noinput', '--username', 'samwise']
  expect((await platestack(admin, { ...env, SUPERUSER_PASSWORD: 'potatoes' })).code).toBe(0)
  token = (await platestack(['token', 'samwise'], env)).stdout.trim()
  const files = { FILESTORE_TYPE: 'local', FILESYSTEM_STORAGE_ROOT_DIR: folder }
  archive = await serve({ ...env, ...files, WORKERS: '2', METRICS_ALLOW: 'loopback, 10.1.0.0/16' })
})
afterAll(async () => {
  if (archive && archive.child.exitCode === null) await stop(archive)
  await relay?.close()
  await sql?.end()
  await pg?.stop()
  rmSync(folder, { recursive: true })
})

test('a file system that hangs is asked once, and is left out', async () => {
  let asked = 0
  const measure = measureServer({ writer: sql } as unknown as Parameters<typeof measureServer>[0], () => {
    asked++
    return new Promise(() => {})
  })
  const scrapes = await Promise.all([measure(), measure(), measure()])
  expect(scrapes.map((all) => all.find(({ name }) => name === 'platestack_database_up')?.values[0]?.value)).toEqual([
    1, 1, 1,
  ])
  await measure()
  expect(asked).toBe(1)
})

const look = async (): Promise<Sample[]> => samplesOf((await scrape(archive.url)).text)
const post = async (path: string, body: string, type = 'application/json') => {
  const headers = { authorization: `Token ${token}`, 'content-type': type }
  const answer = await fetch(new URL(path, archive.url), { method: 'POST', body, headers })
  return { status: answer.status, text: await answer.text() }
}
const gets = (samples: readonly Sample[]) =>
  sumOf(samples, 'platestack_http_requests_total', { operation: 'framesGet', status: '200' })

describe('what has been done', () => {
  let id: number
  beforeAll(async () => {
    const made = await post('/frames/', JSON.stringify(newFrame('one')))
    expect(made.status).toBe(201)
    id = JSON.parse(made.text).id
    expect((await post('/frames/', JSON.stringify({ ...newFrame('two'), observation_date: 'never' }))).status).toBe(400)
    const lines = [newFrame('three'), newFrame('four'), { basename: 'five' }].map((line) => JSON.stringify(line))
    expect((await post('/frames/bulk/', lines.join('\n'), 'application/x-ndjson')).status).toBe(200)
    for (let i = 0; i < 6; i++) expect((await getOnce(`${archive.url}/frames/${id}/`)).outcome).toBe(200)
    expect((await getOnce(`${archive.url}/nowhere/`)).outcome).toBe(404)
    expect((await getOnce(`${archive.url}/frames/?site_id=cpt`)).outcome).toBe(200)
  })

  test('any process answers for all of them', async () => {
    const samples = await look()
    expect(gets(samples)).toBe(6)
    const requests = (labels: Record<string, string>) => sumOf(samples, 'platestack_http_requests_total', labels)
    expect(requests({ operation: 'framesCreate', status: '201' })).toBe(1)
    expect(requests({ operation: 'framesCreate', status: '400' })).toBe(1)
    expect(requests({ operation: 'none', status: '404' })).toBe(1)
    const records = (source: string, outcome: string) =>
      sumOf(samples, 'platestack_ingest_records_total', { source, outcome })
    expect([records('single', 'created'), records('single', 'refused')]).toEqual([1, 1])
    expect([records('bulk', 'created'), records('bulk', 'refused')]).toEqual([2, 1])
    const ofGet = { operation: 'framesGet' }
    expect(sumOf(samples, 'platestack_http_request_duration_seconds_count', ofGet)).toBe(6)
    expect(sumOf(samples, 'platestack_http_request_duration_seconds_bucket', { ...ofGet, le: '+Inf' })).toBe(6)
    expect(sumOf(samples, 'platestack_http_statements_total', ofGet)).toBeGreaterThanOrEqual(6)
    expect(sumOf(samples, 'platestack_http_database_seconds_total', ofGet)).toBeGreaterThan(0)
    expect(sumOf(samples, 'platestack_http_response_bytes_total', ofGet)).toBeGreaterThan(600)
    expect(sumOf(samples, 'platestack_http_requests_in_flight')).toBe(0)
    expect(sumOf(samples, 'platestack_http_connections')).toBeGreaterThan(0)
    expect(sumOf(samples, 'platestack_workers_answering')).toBe(2)
    expect(sumOf(samples, 'platestack_database_up')).toBe(1)
    expect(sumOf(samples, 'platestack_outage')).toBe(0)
    const pools = samples.filter(({ name }) => name === 'platestack_pool_connections_limit')
    expect(pools.map(({ labels }) => labels.pool)).toEqual(['writer', 'search'])
    const memory = samples.filter(({ name }) => name === 'process_resident_memory_bytes')
    expect(memory.map(({ labels }) => labels.worker).sort()).toEqual(['1', '2'])
  })

  test('queues are counted in the database: what is dead is no longer waiting', async () => {
    await sql`insert into outbox (message, created) values ('{}', now() - interval '1 hour')`
    await sql`insert into outbox (message, created, dead, next_try) values ('{}', now() - interval '2 days', now(), 'infinity')`
    await sql`insert into removals (path, key, newest, created, next_try) values ('a', 'b', true, now() - interval '1 day', 'infinity')`
    await vi.waitFor(async () => {
      const samples = await look()
      // without a broker nothing is announced, so that there is no other message
      expect(sumOf(samples, 'platestack_outbox_messages')).toBe(1)
      expect(sumOf(samples, 'platestack_outbox_oldest_seconds')).toBeGreaterThanOrEqual(3600)
      expect(sumOf(samples, 'platestack_outbox_oldest_seconds')).toBeLessThan(86_400)
      expect(sumOf(samples, 'platestack_outbox_dead_messages')).toBe(1)
      expect(sumOf(samples, 'platestack_removals_files')).toBe(1)
      expect(sumOf(samples, 'platestack_removals_oldest_seconds')).toBeGreaterThanOrEqual(86_400)
      expect(sumOf(samples, 'platestack_rollups_built')).toBe(1)
      expect(sumOf(samples, 'platestack_rollups_unfolded_changes')).toBe(0)
    }, WAIT)
  })

  test('a process that has ended takes nothing away, and is counted', async () => {
    expect(gets(await look())).toBe(6)
    const [one] = workersOf(archive)
    process.kill(one!, 'SIGKILL')
    await vi.waitFor(async () => {
      const samples = await look()
      expect(sumOf(samples, 'platestack_worker_ends_total')).toBe(1)
      expect(sumOf(samples, 'platestack_workers_answering')).toBe(2)
    }, WAIT)
    expect((await getOnce(`${archive.url}/frames/${id}/`)).outcome).toBe(200)
    expect(gets(await look())).toBe(7)
  })

  test('a process that hangs holds no scrape up, and what it has counted stays', async () => {
    const [hung, well] = workersOf(archive)
    let line = await openLine(archive.url)
    const ask = 'GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n'
    while (!clientsOf(well!).has(line.port)) {
      // which process has taken a connection is known once it has answered
      if ((await line.ask('GET /health/ HTTP/1.1\r\nHost: x\r\n\r\n')) === 200 && clientsOf(well!).has(line.port)) break
      line.socket.destroy()
      line = await openLine(archive.url)
    }
    process.kill(hung!, 'SIGSTOP')
    try {
      let text = ''
      line.socket.on('data', (more) => {
        text += more
      })
      line.write(ask)
      await vi.waitFor(() => expect(text).toContain('platestack_workers_answering 1'), WAIT)
      expect(gets(samplesOf(bodyOf(text)))).toBe(7)
    } finally {
      process.kill(hung!, 'SIGCONT')
      line.socket.destroy()
    }
    await vi.waitFor(async () => expect(sumOf(await look(), 'platestack_workers_answering')).toBe(2), WAIT)
  })

  /** The body of an answer whose length is told; empty until all of it is there. */
  const bodyOf = (text: string): string => text.slice(text.indexOf('\r\n\r\n') + 4).replace(/[^\n]*$/, '')

  test('while the database is away all else is told', async () => {
    await relay.close()
    await vi.waitFor(async () => {
      const samples = await look()
      expect(samples.filter(({ name }) => name === 'platestack_database_up').map(({ value }) => value)).toEqual([0])
      expect(gets(samples)).toBe(7)
      expect(samples.filter(({ name }) => name === 'platestack_outbox_messages')).toEqual([])
    }, WAIT)
    relay = await startRelay(port, { port: relay.port })
    await vi.waitFor(async () => expect(sumOf(await look(), 'platestack_database_up')).toBe(1), WAIT)
  })
})

describe('who may read them', () => {
  test.each([
    ['loopback', {}, 200],
    ['somebody behind a proxy', { 'x-forwarded-for': '203.0.113.7' }, 404],
    ['a network that may, behind a proxy', { 'x-forwarded-for': '203.0.113.7, 10.1.2.3' }, 200],
    ['somebody who claims to be of it', { 'x-forwarded-for': '10.1.2.3, 203.0.113.7' }, 404],
    ['somebody who claims to be loopback', { 'x-forwarded-for': '127.0.0.1' }, 404],
    ['a proxy that names nobody', { via: '1.1 nginx' }, 404],
    ['a proxy that forwards a host alone', { 'x-forwarded-host': 'archive.example' }, 404],
    ['a proxy with headers of its own', { 'x-real-ip': '203.0.113.7' }, 404],
    ['a proxy of RFC 7239', { forwarded: 'for=203.0.113.7' }, 404],
  ])('%s: %j', async (_, headers, status) => {
    const answer = await scrape(archive.url, { path: '/metrics/', headers })
    expect(answer.status).toBe(status)
    const unknown = await scrape(archive.url, { path: '/metrix/', headers })
    if (status === 404) expect(answer.text).toBe(unknown.text)
  })

  test('HEAD and GET, compressed where that is asked for, and OpenMetrics; no other method', async () => {
    const head = await scrape(archive.url, { method: 'HEAD' })
    expect([head.status, head.text]).toEqual([200, ''])
    expect(head.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8')
    expect(head.headers['access-control-allow-origin']).toBeUndefined()
    const accept = 'application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5'
    const zipped = await scrape(archive.url, { headers: { accept, 'accept-encoding': 'gzip' } })
    expect(zipped.headers['content-type']).toContain('application/openmetrics-text')
    const text = gunzipSync(Buffer.from(zipped.text, 'latin1')).toString()
    expect(text.endsWith('\n# EOF\n')).toBe(true)
    expect(text).toContain('# TYPE platestack_http_requests counter\nplatestack_http_requests_total{')
    const posted = await scrape(archive.url, { method: 'POST' })
    expect([posted.status, posted.headers.allow]).toEqual([405, 'GET, HEAD'])
    expect(posted.text).toBe('{"detail":"Method \\"POST\\" not allowed."}')
  })

  test('it is neither logged nor counted as a request', async () => {
    const before = sumOf(await look(), 'platestack_http_requests_total')
    expect(sumOf(await look(), 'platestack_http_requests_total')).toBe(before)
    const shown = archive.stderr
      .split('\n')
      .filter((line) => line.includes('"/metrics"') && line.includes('"status":200'))
    expect(shown).toEqual([])
  })
})

/** What is there only with a replica; see below. */
const OF_REPLICAS = measureReplica({ status: () => ({ isUsed: true, lagS: 0, reason: null }) }).map(({ name }) => name)

describe('what Prometheus makes of it', () => {
  let text: string
  beforeAll(async () => {
    await sql`insert into verification_spans (files, reading, first_id, last_id, next_id, verified, claimant) values ('versions', 'whole', 1, 256, 1, now(), 'x')`
    // some of Node's are there from the second time on
    await vi.waitFor(async () => {
      ;({ text } = await scrape(archive.url))
      expect(text).toContain('\nplatestack_verification_oldest_timestamp_seconds{')
      expect(text).toContain('\nplatestack_rollups_folded_timestamp_seconds ')
      expect(text).toContain('\nnodejs_eventloop_lag_p99_seconds{')
      expect(text).toContain('\nnodejs_gc_duration_seconds_bucket{')
    }, WAIT)
  })

  test('promtool finds nothing wrong', async () => {
    expect(await promtool(['check', 'metrics'], text)).toEqual({ code: 0, printed: '' })
    expect((await promtool(['check', 'config', 'prometheus.yml'])).code).toBe(0)
    const tested = await promtool(['test', 'rules', 'alerts.test.yml', 'alerts_days.test.yml'])
    expect(tested.printed).not.toContain('FAILED')
    expect(tested.code).toBe(0)
  })

  test('docs/operating.md has every metric, and no other', () => {
    const documented = [...operating().matchAll(/^\|(.*?)\|/gm)].flatMap(([, cell]) =>
      [...cell!.matchAll(/`((?:platestack|process|nodejs)_\w+)`/g)].map(([, name]) => name!),
    )
    const given = [...text.matchAll(/^# TYPE (\w+) /gm)].map(([, name]) => name!)
    expect(documented.sort()).toEqual([...given, ...OF_REPLICAS].sort())
  })

  test('no label tells who asked, or for what', () => {
    const labels = samplesOf(text).flatMap((sample) => Object.entries(sample.labels))
    const known =
      /^(version|runtime|operation|status|le|pool|result|source|outcome|delivery|limit|outage|reading|files|kind|worker|type|space|major|minor|patch)$/
    expect(labels.filter(([name]) => !known.test(name))).toEqual([])
    expect(text).not.toMatch(/samwise|alpha|kb70|mellon|nowhere/)
    expect(text).not.toContain(token)
  })

  test('each alert says what to do, at a heading of docs/operating.md', () => {
    const alerts = [...rules().matchAll(/- alert: (\w+)/g)].map(([, name]) => name!)
    const books = [...rules().matchAll(/runbook_url: docs\/operating\.md#(\w+)/g)].map(([, anchor]) => anchor)
    expect(books).toEqual(alerts.map((name) => name.toLowerCase()))
    const headings = [...operating().matchAll(/^#### (\w+)$/gm)].map(([, name]) => name)
    expect(headings.filter((name) => name!.startsWith('Platestack'))).toEqual(alerts)
  })

  test('it asks the archive, and knows every metric of rules and dashboard', async () => {
    const names = new Set([...samplesOf(text).map(({ name }) => name), ...OF_REPLICAS, 'up'])
    const prometheus = await startPrometheus(archive.url)
    try {
      const query = (expression: string) =>
        prometheus.ask<{ result: { value: [number, string] }[] }>(
          `/api/v1/query?query=${encodeURIComponent(expression)}`,
        )
      await vi.waitFor(async () => {
        const { result } = await query('count_over_time(up{job="platestack"}[1m]) > 2 and up == 1')
        expect(result).toHaveLength(1)
      }, WAIT)
      const { result } = await query('platestack_http_requests_total{operation="framesGet",status="200"}')
      expect(result.map(({ value }) => value[1])).toEqual(['7'])
      const { groups } = await prometheus.ask<{ groups: { rules: Rule[] }[] }>('/api/v1/rules')
      const rules = groups.flatMap((group) => group.rules)
      expect(rules.length).toBeGreaterThan(15)
      expect(rules.filter(({ lastError }) => lastError)).toEqual([])
      const panels = expressionsOfPanels()
      expect(panels.length).toBeGreaterThan(50)
      for (const expression of [...rules.map((rule) => rule.query), ...panels]) {
        await query(expression)
        const used = [...expression.matchAll(/\b(?:platestack|process|nodejs)_\w+/g)].map(([name]) => name)
        expect(used.filter((name) => !names.has(name))).toEqual([])
      }
      // what the panels show is there
      const shown = await Promise.all(panels.map(query))
      const empty = panels.filter((expression, i) => shown[i]!.result.length === 0 && !/> 0$|replica/.test(expression))
      expect(empty).toEqual([])
    } finally {
      await prometheus.stop()
    }
  })
})

interface Rule {
  query: string
  lastError?: string
}

const operating = (): string => {
  const text = readFileSync(inRepository('docs/operating.md'), 'utf8')
  return text.slice(text.indexOf('### Metrics\n'), text.indexOf('## Containers, Kubernetes'))
}
const rules = (): string => readFileSync(inRepository('deploy/prometheus/alerts.yml'), 'utf8')

/** What the dashboard's panels ask, for all archives and the last seconds. */
function expressionsOfPanels(): string[] {
  const text = readFileSync(inRepository('deploy/grafana/dashboards/platestack.json'), 'utf8')
  const { panels } = JSON.parse(text) as { panels: { targets?: { expr: string }[] }[] }
  return panels
    .flatMap(({ targets = [] }) => targets.map(({ expr }) => expr))
    .map((expr) => expr.replaceAll('$__rate_interval', '30s').replaceAll('$instance', '.*'))
}
