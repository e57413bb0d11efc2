import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { freePort } from '../../support/ports.ts'
import { startPostgres, type TestPostgres } from '../../support/postgres.ts'
import {
  launch,
  onTerminal,
  platestack,
  program,
  type Running,
  serve,
  stop,
  type Variables,
} from '../../support/program.ts'
import { type Relay, startRelay } from '../../support/relay.ts'

interface Line {
  time: string
  level: string
  message: string
  [field: string]: unknown
}

const KEY = 'mellon, said to the door'
let pg: TestPostgres
let url: string
beforeAll(async () => {
  pg = await startPostgres()
  url = await pg.createDatabase(undefined, 'template')
})
afterAll(() => pg.stop())

const running = new Set<Running>()
const relays = new Set<Relay>()
afterEach(async () => {
  for (const each of running) if (each.child.exitCode === null) await stop(each, 'SIGKILL')
  for (const each of relays) await each.close()
  running.clear()
  relays.clear()
})

/** The log of a process: not a line of its standard error may be anything else. */
const linesOf = ({ stderr }: { stderr: string }): Line[] =>
  stderr
    .trimEnd()
    .split('\n')
    .map((text) => JSON.parse(text) as Line)

async function start(env: Variables): Promise<Running & { url: string }> {
  const archive = await serve({ DATABASE_URL: url, SECRET_KEY: KEY, ...env })
  running.add(archive)
  return archive
}

/** Lets connections to a port through to PostgreSQL, until it is closed. */
async function relay(port: number): Promise<Relay> {
  const opened = await startRelay(Number(new URL(url).port), { port })
  relays.add(opened)
  return opened
}
const through = (port: number): string => Object.assign(new URL(url), { port: String(port) }).href

test('start-up says which parts are in use, without a secret, and that dummy keeps no file; every line is JSON', async () => {
  const rabbit = await freePort()
  const archive = await start({
    DATABASE_URL: url.replace('postgres@', 'postgres:hobbit@'),
    QUEUE_BROKER_URL: `amqp://frodo:ring@127.0.0.1:${rabbit}/shire`,
    CACHE_LOC: `127.0.0.1:${await freePort()}`,
    OAUTH_PROFILE_URL: 'https://gandalf:staff@portal.example/api/profile/',
    SECRET_KEY: KEY,
  })
  expect(await stop(archive)).toBe(0)
  const lines = linesOf(archive)
  for (const line of lines) {
    expect(line).toEqual(expect.objectContaining({ message: expect.any(String), level: expect.any(String) }))
    expect(Date.parse(line.time)).toBeGreaterThan(0)
  }
  expect(lines[0]).toMatchObject({
    message: expect.stringMatching(/^Platestack \S+ starts$/),
    database: new URL(url).host + new URL(url).pathname,
    files: 'dummy',
    broker: `127.0.0.1:${rabbit}/shire, archived_fits`,
    cache: expect.stringContaining('127.0.0.1:'),
    portal: 'portal.example/api/profile',
  })
  expect(lines.filter(({ level }) => level === 'warning').map(({ message }) => message)).toContainEqual(
    expect.stringContaining('FILESTORE_TYPE is dummy'),
  )
  expect(archive.stderr).not.toMatch(/hobbit|frodo|ring@|gandalf|staff|mellon/)
})

test('on a terminal the log is plain words', async () => {
  const archive = onTerminal(['serve'], { DATABASE_URL: url, SECRET_KEY: KEY, PORT: '0' })
  running.add(archive)
  await archive.printed(/is listening on/)
  expect(archive.stdout).toMatch(/^Platestack \S+ starts database=\S+ /m)
  expect(archive.stdout).not.toContain('"message"')
})

test('a database that is late is waited for, and that is said once', async () => {
  const port = await freePort()
  const archive = launch(process.execPath, [program, 'serve'], {
    env: { PORT: '0', SECRET_KEY: KEY, DATABASE_URL: through(port) },
  })
  running.add(archive)
  await archive.printed(/cannot be reached yet: waiting for up to a minute/)
  await new Promise((resolve) => setTimeout(resolve, 2_000))
  await relay(port)
  const [, base] = await archive.printed(/is listening on (http:\/\/[^/]+)\//)
  expect((await fetch(`${base}/frames/`)).status).toBe(200)
  const said = linesOf(archive).map(({ message }) => message)
  expect(said.filter((message) => message.includes('cannot be reached yet'))).toHaveLength(1)
  expect(said.filter((message) => message.endsWith('can be reached now'))).toHaveLength(1)
})

test('what a database refuses is told at once, in a line', async () => {
  for (const [database, words] of [
    ['nowhere', 'database "nowhere" does not exist'],
    [new URL(await pg.createDatabase()).pathname.slice(1), 'is not migrated'],
  ] as const) {
    const { code, stdout, stderr } = await platestack(['serve'], { DATABASE_URL: pg.url(database), PORT: '0' })
    expect([code, stdout]).toEqual([1, ''])
    expect(linesOf({ stderr }).at(-1)).toMatchObject({ level: 'error', message: expect.stringContaining(words) })
  }
})

test('an outage of the database is one line when it begins and one when it is over, with how many failed', async () => {
  const port = await freePort()
  let line = await relay(port)
  const archive = await start({ DATABASE_URL: through(port), SECRET_KEY: KEY })
  expect((await fetch(`${archive.url}/frames/`)).status).toBe(200)
  await line.close()
  const ask = () => fetch(`${archive.url}/frames/`).then(({ status }) => status)
  for (let i = 0; i < 20; i++) expect(await ask()).toBe(503)
  line = await relay(port)
  await archive.printed(/the database is back/)
  await expect.poll(ask).toBe(200)
  const about = linesOf(archive).filter(({ message }) => message.includes('the database'))
  expect(about).toEqual([
    expect.objectContaining({ level: 'warning', message: 'the database cannot be reached', failures: 1 }),
    expect.objectContaining({ level: 'info', message: 'the database is back' }),
  ])
  expect(about[1]!.failures).toBeGreaterThanOrEqual(20)
})

test('what nobody has caught ends the process with its stack in one line; warnings and the console are lines too', async () => {
  const code =
    'process.on("SIGUSR2",()=>{process.emitWarning("careful");console.error("a\\nb");setImmediate(()=>Promise.reject(new Error("lost")))})'
  const archive = await start({ NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(code)}` })
  archive.child.kill('SIGUSR2')
  expect(await archive.ended).toBe(1)
  const lines = linesOf(archive)
  expect(lines.map(({ message }) => message)).toEqual(expect.arrayContaining(['careful', 'a\nb']))
  expect(lines.at(-1)).toMatchObject({ level: 'error', error: expect.stringMatching(/^Error: lost\n\s+at /) })
})

test('under DEBUG each request is a line, without what only its caller may know', async () => {
  const archive = await start({ DEBUG: 'True' })
  await fetch(`${archive.url}/frames/zip/secretticket/?signature=secretsignature`)
  await fetch(`${archive.url}/frames/?site_id=cpt`, { headers: { authorization: 'Token secrettoken' } })
  await archive.printed(/"path":"\/frames\/"/)
  const requests = linesOf(archive).filter(({ message }) => message === 'request')
  expect(requests).toEqual([
    expect.objectContaining({ method: 'GET', path: '/frames/zip/…/', status: 404, ms: expect.any(Number) }),
    expect.objectContaining({ method: 'GET', path: '/frames/', status: 401 }),
  ])
  expect(archive.stderr).not.toMatch(/secret(ticket|signature|token)/)
})
