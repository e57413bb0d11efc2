import { execFileSync } from 'node:child_process'
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openArchive, rootToken } from '../support/archive.ts'
import { inRepository } from '../support/data.ts'
import { freePort } from '../support/ports.ts'
import { startPostgres, type TestPostgres } from '../support/postgres.ts'
import { launch, program, serve, stop, type Variables } from '../support/program.ts'
import { type Relay, startRelay } from '../support/relay.ts'
import { getOnce, logOf, workersOf } from '../support/workers.ts'

const KEY = 'a key of the tests'
const folder = mkdtempSync(join(tmpdir(), 'platestack-life-'))
let pg: TestPostgres
let database: string
let token: string
beforeAll(async () => {
  pg = await startPostgres()
  database = await pg.createDatabase(undefined, 'template')
  const services = await openArchive({ DATABASE_URL: database, SECRET_KEY: KEY })
  token = await rootToken(services)
  await services.close()
})
afterAll(async () => {
  await pg?.stop()
  rmSync(folder, { recursive: true, force: true })
})

const env = (more: Variables = {}): Variables => ({ DATABASE_URL: database, SECRET_KEY: KEY, ...more })
/** Waits for a state, which a busy machine reaches late. */
async function until<T>(look: () => Promise<T>, isRight: (found: T) => boolean): Promise<T> {
  for (const end = Date.now() + 60_000; ; ) {
    const found = await look()
    if (isRight(found)) return found
    if (Date.now() > end) throw new Error(`still ${JSON.stringify(found)}`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
const readiness = async (url: string) => {
  const { outcome, text } = await getOnce(`${url}/health/ready/`)
  return { status: outcome, body: text.startsWith('{') ? JSON.parse(text) : text }
}

test('readiness is 503 while PostgreSQL is away, and tells nothing of why; then 200 again', async () => {
  const port = await freePort()
  let relay: Relay = await startRelay(Number(new URL(database).port), { port })
  const archive = await serve(
    env({ DATABASE_URL: Object.assign(new URL(database), { port: String(port) }).href, FILESTORE_TYPE: 'dummy' }),
  )
  try {
    expect(await readiness(archive.url)).toEqual({
      status: 200,
      body: { status: 'ready', services: { database: { ok: true, needed: true, ms: expect.any(Number) } } },
    })
    await relay.close()
    const away = await until(
      () => readiness(archive.url),
      ({ status }) => status === 503,
    )
    expect(away.body).toEqual({
      status: 'unavailable',
      services: { database: { ok: false, needed: true, ms: expect.any(Number) } },
    })
    expect((await getOnce(`${archive.url}/health/`)).outcome).toBe(200)
    relay = await startRelay(Number(new URL(database).port), { port })
    await until(
      () => readiness(archive.url),
      ({ status }) => status === 200,
    )
    expect(logOf(archive)).toContainEqual(
      expect.objectContaining({ message: 'a service answers again', service: 'database' }),
    )
  } finally {
    await stop(archive)
    await relay.close()
  }
})

test.each(['1', '2'])(
  'SIGHUP while it waits for its database: it reads the file again once it serves, WORKERS=%s',
  async (WORKERS) => {
    const file = join(folder, `early-${WORKERS}`)
    writeFileSync(file, 'NAVBAR_TITLE_TEXT=Before\n')
    const port = await freePort()
    const archive = launch(process.execPath, [program, 'serve'], {
      env: env({
        DATABASE_URL: Object.assign(new URL(database), { port: String(port) }).href,
        PLATESTACK_ENV_FILE: file,
        PORT: '0',
        WORKERS,
      }),
    })
    await archive.printed(/cannot be reached yet/)
    writeFileSync(file, 'NAVBAR_TITLE_TEXT=After\n')
    archive.child.kill('SIGHUP')
    const relay = await startRelay(Number(new URL(database).port), { port })
    try {
      const [, url] = await archive.printed(/is listening on (http:\/\/[^"]+)\//)
      await archive.printed(/was read again.*NAVBAR_TITLE_TEXT/)
      await until(
        () => getOnce(`${url}/`, { accept: 'text/html' }),
        ({ text }) => text.includes('<h1>After</h1>'),
      )
    } finally {
      archive.child.kill('SIGTERM')
      await archive.ended
      await relay.close()
    }
  },
)

test('SIGHUP: all worker processes take over what can change, a file with mistakes changes nothing, and draining is said', async () => {
  const file = join(folder, 'variables')
  writeFileSync(file, '# of the archive\nNAVBAR_TITLE_TEXT="Before"\nDRAIN_SECONDS=0\n')
  const archive = await serve(env({ PLATESTACK_ENV_FILE: file, WORKERS: '2', NAVBAR_TITLE_TEXT: 'Not of the file' }))
  const logged = (pattern: RegExp) => logOf(archive).filter(({ message }) => pattern.test(String(message)))
  /** The titles that ten requests see, each on a connection of its own, which the processes take in turn. */
  const titles = async () => {
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => getOnce(`${archive.url}/`, { accept: 'text/html' })),
    )
    return [...new Set(answers.map(({ text }) => /<h1>(.*?)<\/h1>/.exec(text)?.[1]))]
  }
  try {
    expect(await titles()).toEqual(['Before'])
    writeFileSync(file, 'NAVBAR_TITLE_TEXT=Worse\nTHROTTLE_ANON=many\nPAGINATION_MAX_LIMIT=-1\n')
    archive.child.kill('SIGHUP')
    await until(
      async () => logged(/cannot be used/),
      ({ length }) => length === 1,
    )
    expect(String(logged(/cannot be used/)[0]!.reason)).toMatch(/THROTTLE_ANON[\s\S]*PAGINATION_MAX_LIMIT/)
    writeFileSync(file, 'NAVBAR_TITLE_TEXT=Worse\nno variable\n')
    archive.child.kill('SIGHUP')
    await until(
      async () => logged(/cannot be used/),
      ({ length }) => length === 2,
    )
    expect(await titles()).toEqual(['Before'])

    // a pipe, from which nothing comes
    renameSync(file, `${file}.before`)
    execFileSync('mkfifo', [file])
    archive.child.kill('SIGHUP')
    await until(
      async () => logged(/cannot be used/),
      ({ length }) => length === 3,
    )
    expect(String(logged(/cannot be used/)[2]!.reason)).toContain('it is no regular file')
    expect(await titles()).toEqual(['Before'])
    rmSync(file)

    writeFileSync(file, "NAVBAR_TITLE_TEXT='After it'\nDRAIN_SECONDS=3600\nPORT=1\nBUCKET=another\n")
    archive.child.kill('SIGHUP')
    await until(titles, (found) => found.length === 1 && found[0] === 'After it')
    await until(
      async () => logged(/needs a restart/),
      ({ length }) => length === 2,
    )
    expect(
      logged(/needs a restart/)
        .map(({ variable }) => variable)
        .sort(),
    ).toEqual(['BUCKET', 'PORT'])
    expect(logged(/was read again$/)[0]!.changed).toEqual(['DRAIN_SECONDS', 'NAVBAR_TITLE_TEXT'])
    const status = await getOnce(`${archive.url}/admin/status/`, { authorization: `Token ${token}` })
    expect(JSON.parse(status.text)).toMatchObject({ workers: 2, configuration: { NAVBAR_TITLE_TEXT: 'After it' } })
    expect(status.text).not.toContain(KEY)

    const services = async () => JSON.parse((await getOnce(`${archive.url}/health/ready/`)).text).services
    expect(await services()).not.toHaveProperty('portal')
    const portal = `http://127.0.0.1:${await freePort()}`
    writeFileSync(
      file,
      `NAVBAR_TITLE_TEXT='With a portal'\nDRAIN_SECONDS=3600\nOAUTH_TOKEN_URL=${portal}/o/token/\nOAUTH_PROFILE_URL=${portal}/api/profile/\n`,
    )
    archive.child.kill('SIGHUP')
    await until(titles, (found) => found.length === 1 && found[0] === 'With a portal')
    expect(await services()).toMatchObject({ portal: { ok: false, needed: false } })

    // one that takes another's place begins with it
    const [first] = workersOf(archive)
    process.kill(first!, 'SIGKILL')
    await until(
      async () => workersOf(archive),
      (found) => found.length === 2 && !found.includes(first!),
    )
    await until(titles, (found) => found.length === 1 && found[0] === 'With a portal')

    archive.child.kill('SIGTERM')
    await until(
      () => Promise.all([readiness(archive.url), readiness(archive.url), readiness(archive.url)]),
      (found) => found.every(({ status, body }) => status === 503 && body.status === 'draining'),
    )
    expect((await getOnce(`${archive.url}/frames/`)).outcome).toBe(200)
  } finally {
    // a second signal does not wait
    for (const pid of workersOf(archive)) process.kill(pid, 'SIGKILL')
    archive.child.kill('SIGKILL')
    await archive.ended
  }
})

test.each([1, 2])(
  'systemd hears of the start, of the watchdog, of a reload and of the end: %i processes',
  async (workers) => {
    const path = join(folder, `notify-${workers}`)
    const systemd = launch('python3', [inRepository('test/support/notify_socket.py'), path])
    await systemd.printed(/listening/)
    const heard = () =>
      systemd.stdout
        .split('\n')
        .filter((line) => line.startsWith('['))
        .map((line) => JSON.parse(line) as string[])
    const file = join(folder, `variables-${workers}`)
    writeFileSync(file, 'NAVBAR_TITLE_TEXT=A\n')
    const archive = await serve(
      env({ WORKERS: String(workers), NOTIFY_SOCKET: path, WATCHDOG_USEC: '1500000', PLATESTACK_ENV_FILE: file }),
    )
    const says = (line: string) =>
      until(
        async () => heard(),
        (all) => all.some((lines) => lines.includes(line)),
      )
    try {
      await says('READY=1')
      expect(heard().find((lines) => lines.includes('READY=1'))).toContain(`STATUS=serving on ${archive.url}`)
      await says('WATCHDOG=1')
      archive.child.kill('SIGHUP')
      const all = await until(
        async () => heard(),
        (all) => all.filter((lines) => lines.includes('READY=1')).length === 2,
      )
      const reloading = all.find((lines) => lines.includes('RELOADING=1'))!
      expect(Number(reloading.find((line) => line.startsWith('MONOTONIC_USEC='))!.slice(15))).toBeGreaterThan(0)
      if (workers > 1) {
        // with all of them held up the first process alone does not count
        for (const pid of workersOf(archive)) process.kill(pid, 'SIGSTOP')
        await new Promise((resolve) => setTimeout(resolve, 3_000))
        const before = heard().length
        await new Promise((resolve) => setTimeout(resolve, 3_000))
        expect(heard().length).toBe(before)
        for (const pid of workersOf(archive)) process.kill(pid, 'SIGCONT')
        await until(
          async () => heard(),
          (all) => all.length > before,
        )
      }
      expect(await stop(archive)).toBe(0)
      await says('STOPPING=1')
    } finally {
      archive.child.kill('SIGKILL')
      await stop(systemd)
    }
  },
)

test('the socket that systemd has opened is listened on', async () => {
  const port = await freePort()
  const inherited = ['DATABASE_URL', 'SECRET_KEY', 'WORKERS', 'PORT'].flatMap((name) => ['-E', name])
  const args = ['-l', `127.0.0.1:${port}`, ...inherited, process.execPath, program, 'serve']
  const archive = launch('systemd-socket-activate', args, { env: env({ PORT: '1' }) })
  await archive.printed(/Listening on/)
  // it is started by the first that asks, who waits meanwhile
  expect((await getOnce(`http://127.0.0.1:${port}/health/`)).outcome).toBe(200)
  await archive.printed(new RegExp(`is listening on http://127.0.0.1:${port}/`))
  expect(await stop(archive)).toBe(0)
})

test('while it is started again on the socket of systemd no request is refused', async () => {
  const port = await freePort()
  const holder = launch(
    'python3',
    [inRepository('test/support/socket_holder.py'), String(port), process.execPath, program, 'serve'],
    { env: env({ WORKERS: '2', PORT: '1' }) },
  )
  await holder.printed(/is listening on/)
  const outcomes: (number | string)[] = []
  let isOver = false
  const asking = Array.from({ length: 4 }, async () => {
    while (!isOver) outcomes.push((await getOnce(`http://127.0.0.1:${port}/health/`)).outcome)
  })
  holder.child.stdin.write('again\n')
  await holder.printed(/is listening on[\s\S]*is listening on/)
  const before = outcomes.length
  await until(
    async () => outcomes.length,
    (length) => length > before + 20,
  )
  isOver = true
  await Promise.all(asking)
  expect([...new Set(outcomes)]).toEqual([200])
  expect(holder.stdout).toContain('ended 0')
  holder.child.stdin.end()
  expect(await holder.ended).toBe(0)
})
