import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { FINGERPRINT } from '../../src/auth/open_keys.ts'
import type { Pool } from '../../src/database/open.ts'
import * as settings from '../../src/queries/settings.ts'
import { otherClients, untilNoOtherClient } from '../support/database_clients.ts'
import { newFrame } from '../support/frames.ts'
import { poolAt } from '../support/pool.ts'
import { startPostgres, type TestPostgres } from '../support/postgres.ts'
import { platestack, type Running, serve, stop, type Variables } from '../support/program.ts'
import { samplesOf, scrape, sumOf } from '../support/prometheus.ts'
import { clientsOf, countOf, getOnce, isAlive, type Line, logOf, openLine, workersOf } from '../support/workers.ts'

let pg: TestPostgres
let sql: Pool
let env: Variables
let token: string
let archive: Running & { url: string }
beforeAll(async () => {
  pg = await startPostgres()
  const url = await pg.createDatabase(undefined, 'template')
  env = { DATABASE_URL: url, WORKERS: '2' }
  sql = poolAt(url, { max: 1 })
  const admin = ['createsuperuser', '--noinput', '--username', 'frodo']
  expect((await platestack(admin, { ...env, SUPERUSER_PASSWORD: 'ringbearer' })).code).toBe(0)
  token = (await platestack(['token', 'frodo'], env)).stdout.trim()
})
afterAll(async () => {
  await sql?.end()
  await pg?.stop()
})
const lines: Line[] = []
afterEach(async () => {
  for (const { socket } of lines.splice(0)) socket.destroy()
  if (archive && archive.child.exitCode === null && archive.child.signalCode === null) await stop(archive, 'SIGKILL')
})

const start = async (more: Variables = {}) => {
  archive = await serve({ ...env, ...more })
  return archive
}
const open = async (): Promise<Line> => {
  const line = await openLine(archive.url)
  lines.push(line)
  return line
}
const get = (path: string, headers: Record<string, string> = {}): string =>
  `GET ${path} HTTP/1.1\r\nHost: x\r\n${Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')}\r\n`
const withToken = (value = token) => ({ authorization: `Token ${value}` })

/** As many connections to each process; the process is asked before, so that it has taken them. */
async function openToEach(count: number): Promise<Map<number, Line[]>> {
  const byWorker = new Map<number, Line[]>(workersOf(archive).map((pid) => [pid, []]))
  while ([...byWorker.values()].some((held) => held.length < count)) {
    const line = await open()
    expect(await line.ask(get('/health/'))).toBe(200)
    const pid = [...byWorker.keys()].find((pid) => clientsOf(pid).has(line.port))
    byWorker.get(pid!)!.push(line)
  }
  return new Map([...byWorker].map(([pid, held]) => [pid, held.slice(0, count)]))
}

let frames = 0
/** A request that creates a frame, in two parts; to the first of them the archive says that it waits for the other. */
function slowPost(): { begin: string; end: string } {
  const body = JSON.stringify(newFrame(`workers-${++frames}`))
  const head = `POST /frames/ HTTP/1.1\r\nHost: x\r\nAuthorization: Token ${token}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nExpect: 100-continue\r\n\r\n`
  return { begin: head + body.slice(0, 10), end: body.slice(10) }
}

/** Begins a slow request on every connection, until all are taken. @returns what ends them */
async function beginOn(held: Line[]): Promise<() => Promise<(number | 'closed')[]>> {
  const posts = held.map((line) => ({ line, ...slowPost() }))
  expect(await Promise.all(posts.map(({ line, begin }) => line.ask(begin)))).toEqual(held.map(() => 100))
  return () => Promise.all(posts.map(({ line, end }) => line.ask(end)))
}

describe('serving', () => {
  test('every process serves, the log says once what happens once, and SIGTERM ends them all with 0', async () => {
    await start({ WORKERS: '3', DEBUG: 'True' })
    expect(workersOf(archive)).toHaveLength(3)
    for (let i = 0; i < 30; i++) expect((await getOnce(`${archive.url}/frames/`)).outcome).toBe(200)
    const served = logOf(archive).filter(({ message }) => message === 'request')
    expect(new Set(served.map(({ worker }) => worker))).toEqual(new Set([1, 2, 3]))
    const workers = workersOf(archive)
    expect(await stop(archive)).toBe(0)
    expect(workers.filter(isAlive)).toEqual([])
    for (const message of [/ starts$/, / is listening on /, /^stopping/, /^FILESTORE_TYPE is dummy/])
      expect([message, countOf(archive, message)]).toEqual([message, 1])
    expect(logOf(archive).filter(({ level, message }) => level !== 'info' && !/dummy/.test(String(message)))).toEqual(
      [],
    )
    expect(archive.stdout).toBe('')
  })

  test('one process is this process: it has no other', async () => {
    await start({ WORKERS: '1' })
    expect((await getOnce(`${archive.url}/frames/`)).outcome).toBe(200)
    expect(workersOf(archive)).toEqual([])
    expect(await stop(archive)).toBe(0)
  })

  test('--workers wins over WORKERS; what is no number of processes is refused', async () => {
    for (const [args, variables, code, said] of [
      [['--workers', 'two'], env, 2, 'WORKERS is "two": expected a whole number from 1 to 1000'],
      [[], { ...env, WORKERS: '0' }, 2, 'WORKERS is "0"'],
      [['--workers', '2'], { PORT: '0' }, 2, 'WORKERS is "2": expected 1 with the embedded database'],
      [['--worker', '1/2'], env, 2, '--worker is for the processes that platestack serve starts itself'],
    ] as const)
      expect(await platestack(['serve', ...args], variables)).toMatchObject({
        code,
        stderr: expect.stringContaining(said),
      })
  })
})

describe('what the processes share', () => {
  test('a limit of requests is that of the server, over many connections and over one', async () => {
    await start({ THROTTLE_ANON: '100/day' })
    const from = (address: string) => ({ 'x-forwarded-for': address })
    const many = await Promise.all(
      Array.from({ length: 300 }, () => getOnce(`${archive.url}/profile/`, from('192.0.2.1')).then((o) => o.outcome)),
    )
    expect([many.filter((o) => o === 200).length, many.filter((o) => o === 429).length]).toEqual([100, 200])
    const line = await open()
    const one: unknown[] = []
    for (let i = 0; i < 150; i++) one.push(await line.ask(get('/profile/', from('192.0.2.2'))))
    expect([one.filter((o) => o === 200).length, one.filter((o) => o === 429).length]).toEqual([100, 50])
  })

  test('wrong tokens are counted together: no more are tried than with one process', async () => {
    await start()
    const outcomes: unknown[] = []
    for (let i = 0; i < 60; i++)
      outcomes.push((await getOnce(`${archive.url}/profile/`, withToken(`wrong${i}`))).outcome)
    // thirty, and those that have waited for their turn
    expect(outcomes.slice(0, 30)).toEqual(Array(30).fill(401))
    expect(outcomes.filter((o) => o === 401).length).toBeLessThan(36)
    expect(outcomes.slice(30)).toContain(429)
  })

  test('a token that one process has replaced is accepted by none', async () => {
    await start()
    const held = [...(await openToEach(2)).values()].flat()
    const profile = get('/profile/', withToken())
    for (const line of held) expect(await line.ask(profile)).toBe(200)
    expect(
      await held[0]!.ask(
        `POST /revoke_token/ HTTP/1.1\r\nHost: x\r\nAuthorization: Token ${token}\r\nContent-Length: 0\r\n\r\n`,
      ),
    ).toBe(200)
    expect(await Promise.all(held.map((line) => line.ask(profile)))).toEqual(held.map(() => 401))
    token = (await platestack(['token', 'frodo'], env)).stdout.trim()
  })

  test('connections: to the database no more than one process has, from clients no more than the maximum', async () => {
    // those of the archive before
    await untilNoOtherClient(sql)
    await start({ PLATESTACK_MAX_CONNECTIONS: '80' })
    await Promise.all(
      Array.from({ length: 70 }, (_, i) =>
        getOnce(`${archive.url}/${i % 2 ? 'frames/?limit=1000' : 'frames/aggregate/'}`),
      ),
    )
    expect((await otherClients(sql)).length).toBeLessThanOrEqual(18)
    // that its client has closed one is seen a moment later; the one that asks is counted
    const left = async () => sumOf(samplesOf((await scrape(archive.url)).text), 'platestack_http_connections')
    await expect.poll(left).toBe(1)
    const held = await Promise.all(Array.from({ length: 120 }, open))
    const health = await Promise.all(held.map((line) => line.ask(get('/health/'))))
    const served = health.filter((o) => o === 200).length
    expect(served).toBeLessThanOrEqual(80)
    // each process has half of them, and one that is busy is given fewer than the other has to refuse
    expect(served).toBeGreaterThanOrEqual(40)
    expect(health.filter((o) => o === 'closed').length).toBe(120 - served)
  })
})

describe('a process that dies', () => {
  test('takes only its own requests with it, and another comes', async () => {
    await start()
    const [[killed, lost], [other, kept]] = [...(await openToEach(5))] as [[number, Line[]], [number, Line[]]]
    const [endLost, endKept] = [await beginOn(lost), await beginOn(kept)]
    const outcomes: unknown[] = []
    let next = 0
    const client = async () => {
      while (next++ < 200) {
        if (next === 80) process.kill(killed, 'SIGKILL')
        outcomes.push((await getOnce(`${archive.url}/frames/`)).outcome)
      }
    }
    await Promise.all(Array.from({ length: 10 }, client))
    expect(await endKept()).toEqual(kept.map(() => 201))
    expect(await endLost()).toEqual(lost.map(() => 'closed'))
    // ten were under way at the same time at most
    const failed = outcomes.filter((o) => o !== 200)
    expect(failed.length).toBeLessThanOrEqual(10)
    expect(failed.filter((o) => o !== 'ECONNRESET')).toEqual([])
    expect(outcomes).toHaveLength(200)
    await expect.poll(() => workersOf(archive).length, { timeout: 20_000 }).toBe(2)
    expect(workersOf(archive)).toContain(other)
    expect(logOf(archive).filter(({ level }) => level === 'error')).toEqual([
      expect.objectContaining({
        message: 'a worker process has ended: another takes its place',
        pid: killed,
        signal: 'SIGKILL',
        pause_s: 0,
      }),
    ])
    expect((await openToEach(1)).size).toBe(2)
    expect(await stop(archive)).toBe(0)
  })

  test('does not leave a client waiting whose connection it had not yet taken', async () => {
    await start()
    const [stuck, other] = workersOf(archive)
    process.kill(stuck!, 'SIGSTOP')
    const asked = Array.from({ length: 6 }, () => getOnce(`${archive.url}/health/`))
    const first = await Promise.race([Promise.all(asked), pause(2_000, 'still waiting')])
    expect(first).toBe('still waiting')
    process.kill(stuck!, 'SIGKILL')
    const outcomes = (await Promise.all(asked)).map(({ outcome }) => outcome)
    expect(outcomes.filter((o) => o === 200)).toHaveLength(5)
    expect(outcomes.filter((o) => o === 'ECONNRESET')).toHaveLength(1)
    await expect.poll(() => workersOf(archive).filter((pid) => pid !== other).length, { timeout: 20_000 }).toBe(1)
    expect(await stop(archive)).toBe(0)
  })

  test('and those after it that die at once: the pauses grow, the other serves, and in the end one comes', async () => {
    await start()
    const fingerprint = await settings.get<string>(sql, FINGERPRINT)
    await settings.put(sql, FINGERPRINT, 'another')
    const [killed, other] = workersOf(archive)
    try {
      process.kill(killed!, 'SIGKILL')
      const began = Date.now()
      const ends = () => logOf(archive).filter(({ message }) => /has ended/.test(String(message)))
      await expect.poll(() => ends().length, { timeout: 60_000 }).toBe(4)
      expect(ends().map(({ pause_s }) => pause_s)).toEqual([0, 1, 2, 4])
      expect(Date.now() - began).toBeGreaterThan(3_000)
      expect(ends()[1]).toMatchObject({ code: 1, reason: expect.stringContaining('SECRET_KEY') })
      expect((await getOnce(`${archive.url}/frames/`)).outcome).toBe(200)
    } finally {
      await settings.put(sql, FINGERPRINT, fingerprint)
    }
    await expect.poll(() => workersOf(archive).filter((pid) => pid !== other).length, { timeout: 30_000 }).toBe(1)
    expect((await openToEach(1)).size).toBe(2)
    expect(await stop(archive)).toBe(0)
  })

  test('all of them at once: the port is the same, and it serves again', async () => {
    await start()
    for (const pid of workersOf(archive)) process.kill(pid, 'SIGKILL')
    await expect.poll(async () => (await getOnce(`${archive.url}/frames/`)).outcome, { timeout: 20_000 }).toBe(200)
    expect(await stop(archive)).toBe(0)
  })
})

describe('the end', () => {
  test('SIGTERM lets requests in flight end in every process, and takes no other', async () => {
    await start()
    const held = [...(await openToEach(3)).values()].flat()
    const end = await beginOn(held)
    const workers = workersOf(archive)
    archive.child.kill('SIGTERM')
    await archive.printed(/stopping/)
    expect((await getOnce(`${archive.url}/health/`)).outcome).toBe('ECONNREFUSED')
    await pause(1_500)
    expect(await end()).toEqual(held.map(() => 201))
    expect(await archive.ended).toBe(0)
    expect(workers.filter(isAlive)).toEqual([])
    await untilNoOtherClient(sql)
  })

  test('SIGTERM to every process, as systemd sends it, and Ctrl-C, which a terminal sends to all', async () => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      await start()
      const held = [...(await openToEach(1)).values()].flat()
      const end = await beginOn(held)
      for (const pid of [archive.child.pid!, ...workersOf(archive)]) process.kill(pid, signal)
      await archive.printed(/stopping/)
      expect(await end()).toEqual([201, 201])
      expect(await archive.ended).toBe(0)
    }
  })

  test('SIGTERM while a process is about to start does not wait for it', async () => {
    await start()
    const [killed] = workersOf(archive)
    process.kill(killed!, 'SIGKILL')
    await archive.printed(/has ended/)
    expect(await stop(archive)).toBe(0)
    expect(countOf(archive, /has ended/)).toBe(1)
  })

  test('a second signal ends it at once, whatever is in flight', async () => {
    await start()
    await beginOn([...(await openToEach(1)).values()].flat())
    const workers = workersOf(archive)
    archive.child.kill('SIGTERM')
    await archive.printed(/stopping/)
    const began = Date.now()
    archive.child.kill('SIGTERM')
    expect(await archive.ended).toBe(143)
    await expect.poll(() => workers.filter(isAlive), { timeout: 5_000 }).toEqual([])
    expect(Date.now() - began).toBeLessThan(5_000)
  })

  test.each(['SIGKILL', 'SIGHUP'] as const)('%s of the first process: the others end too', async (signal) => {
    await start()
    const workers = workersOf(archive)
    expect(workers).toHaveLength(2)
    archive.child.kill(signal)
    expect(await archive.ended).toBe(signal)
    await expect.poll(() => workers.filter(isAlive)).toEqual([])
    expect((await getOnce(`${archive.url}/health/`)).outcome).toBe('ECONNREFUSED')
  })
})

describe('what is wrong from the start is told once, and no process is left', () => {
  const told = async (variables: Variables) => {
    const { code, stdout, stderr } = await platestack(['serve'], { ...env, PORT: '0', ...variables })
    const errors = stderr
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
      .filter(({ level }) => level === 'error')
    expect([stdout, errors]).toEqual(['', [expect.anything()]])
    return [code, errors[0].message]
  }

  test('a port in use', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo
    const said = `port ${port} of 127.0.0.1 is in use by another program: stop that one, or set PORT to another`
    expect(await told({ PORT: String(port) })).toEqual([1, said])
    other.close()
  })

  test('a wrong key, a database that is not migrated, a host that is none', async () => {
    expect(await told({ SECRET_KEY: 'another' })).toEqual([1, expect.stringContaining('SECRET_KEY is not the key')])
    expect(await told({ DATABASE_URL: await pg.createDatabase() })).toEqual([
      1,
      expect.stringContaining('is not migrated'),
    ])
    expect(await told({ HOST: '192.0.2.1' })).toEqual([1, expect.stringContaining('is not an address of this machine')])
  })
})
