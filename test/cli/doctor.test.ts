import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer as createHttpServer } from 'node:http'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CreateBucketCommand, PutBucketVersioningCommand } from '@aws-sdk/client-s3'
import { connect } from 'amqplib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Finding } from '../../src/doctor/finding.ts'
import { startMemcached } from '../support/memcached.ts'
import { freePort } from '../support/ports.ts'
import { startPostgres, type TestPostgres } from '../support/postgres.ts'
import { onTerminal, platestack, type Variables } from '../support/program.ts'
import { type TestRabbit, testRabbit } from '../support/rabbitmq.ts'
import { s3Variables, type TestS3, testS3 } from '../support/s3.ts'

const folder = mkdtempSync(join(tmpdir(), 'platestack-doctor-'))
let pg: TestPostgres
let rabbit: TestRabbit
let s3: TestS3
let memcached: ChildProcess
let cachePort: number
/** Takes connections and says nothing. */
let silent: Server
/** A portal whose clock is a day ahead, and which has no profiles. */
let portal: ReturnType<typeof createHttpServer>
const portOf = (server: { address(): unknown }) => (server.address() as AddressInfo).port

beforeAll(async () => {
  const hba = join(folder, 'hba')
  writeFileSync(
    hba,
    'host all guarded 127.0.0.1/32 scram-sha-256\nhost all all 127.0.0.1/32 trust\nlocal all all trust\n',
  )
  chmodSync(folder, 0o755)
  chmodSync(hba, 0o644)
  cachePort = await freePort()
  ;[pg, rabbit, s3, memcached] = await Promise.all([
    startPostgres({ hba_file: hba }),
    testRabbit().then(async (made) => {
      await made.start()
      return made
    }),
    testS3(),
    startMemcached(cachePort),
  ])
  silent = createServer((socket) => void socket.on('error', () => {}))
  portal = createHttpServer((request, response) => {
    const date = new Date(Date.now() + 86_400_000).toUTCString()
    response.writeHead(request.url === '/o/token/' ? 405 : 404, { date }).end()
  })
  await Promise.all([silent, portal].map((server) => once(server.listen(0, '127.0.0.1'), 'listening')))
}, 240_000)
afterAll(async () => {
  memcached?.kill()
  silent?.close()
  portal?.close()
  await Promise.all([pg?.stop(), rabbit?.stop().then(rabbit.remove), s3?.remove()])
  rmSync(folder, { recursive: true, force: true })
})

interface Told {
  code: number | NodeJS.Signals
  level: string
  findings: Finding[]
  /** What is not ok, as text. */
  bad: string
  text: string
}
async function examine(env: Variables, ...more: string[]): Promise<Told> {
  const { code, stdout, stderr } = await platestack(['doctor', '--json', '--timeout', '60', ...more], env, folder)
  expect(stderr).toBe('')
  const { level, findings } = JSON.parse(stdout) as Pick<Told, 'level' | 'findings'>
  const bad = findings.filter((one) => one.level !== 'ok')
  expect(bad.every(({ advice }) => advice)).toBe(true)
  const show = ({ level, subject, says, advice }: Finding) => `${level} ${subject}: ${says} → ${advice}`
  return { code, level, findings, bad: bad.map(show).join('\n'), text: stdout }
}
const broker = (name = 'archived_fits'): Variables => ({ QUEUE_BROKER_URL: rabbit.url, PROCESSED_EXCHANGE_NAME: name })

async function makeExchange(name: string, kind: string): Promise<void> {
  const connection = await connect(rabbit.url)
  const channel = await connection.createChannel()
  await channel.assertExchange(name, kind, { durable: true })
  await connection.close()
}

describe('platestack doctor', () => {
  test('finds nothing wrong with services that work, and stores nothing unless told', async () => {
    await makeExchange('archived_fits', 'fanout')
    const env = {
      DATABASE_URL: await pg.createDatabase(undefined, 'template'),
      ...s3Variables(s3.config, s3.port),
      ...broker(),
      CACHE_LOC: `127.0.0.1:${cachePort}`,
    }
    const told = await examine(env, '--write')
    expect([told.bad, told.level, told.code]).toEqual(['', 'ok', 0])
    for (const subject of ['configuration', 'database', 'files', 'messages', 'cache'])
      expect(told.findings.map((one) => one.subject)).toContain(subject)
    expect(told.text).toContain('can be stored, read and deleted')
    expect(told.text).not.toContain(s3.config.credentials!.secretAccessKey)
    const terminal = onTerminal(['doctor'], env)
    expect([await terminal.ended, terminal.stdout]).toEqual([0, expect.stringContaining('\x1b[32mok')])
  })

  test('names what is broken: counts, triggers, a bucket without versions, an exchange of another kind, a cache that is away, a portal', async () => {
    const database = new URL(await pg.createDatabase(undefined, 'template')).pathname.slice(1)
    await pg.psql(database, {
      sql: 'delete from rollup_state; drop index frames_modified; alter table frames disable trigger all',
    })
    await makeExchange('of_topics', 'topic')
    const bucket = 'without-versions'
    await s3.client.send(new CreateBucketCommand({ Bucket: bucket }))
    await s3.client.send(
      new PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration: { Status: 'Suspended' } }),
    )
    const told = await examine({
      DATABASE_URL: pg.url(database),
      ...s3Variables({ ...s3.config, bucket }, s3.port),
      ...broker('of_topics'),
      CACHE_LOC: `127.0.0.1:${await freePort()}`,
      OAUTH_CLIENT_ID: 'archive',
      OAUTH_TOKEN_URL: `http://127.0.0.1:${portOf(portal)}/o/token/`,
      OAUTH_PROFILE_URL: `http://127.0.0.1:${portOf(portal)}/api/profile/`,
    })
    expect([told.level, told.code]).toEqual(['error', 1])
    for (const pattern of [
      /error database: the counts of frames are not built.*rollups --rebuild/,
      /error database: the index frames_modified .*create index concurrently frames_modified on frames/,
      /error database: triggers are off: .*rollup_insert of frames.*enable trigger/,
      /error files: the bucket without-versions .*keeps no versions.*Status=Enabled/,
      /error messages: the exchange of_topics is not a durable fanout exchange: .*topic/,
      /warning cache: Memcached at 127\.0\.0\.1:\d+ does not answer/,
      /error portal: .*\/api\/profile\/ is not there \(404\).*OAUTH_PROFILE_URL/,
      /error portal: the clock of the portal is 86\d{3} s ahead/,
    ])
      expect(told.bad).toMatch(pattern)
  })

  test('is not held up by services that take connections and say nothing', async () => {
    const port = portOf(silent)
    const told = await examine(
      {
        DATABASE_URL: `postgres://archive:a-pass-word@127.0.0.1:${port}/archive?sslmode=disable`,
        ...s3Variables(s3.config, port),
        QUEUE_BROKER_URL: `amqp://archive:another-word@127.0.0.1:${port}/`,
        CACHE_LOC: `127.0.0.1:${port}`,
        OAUTH_TOKEN_URL: `http://127.0.0.1:${port}/o/token/`,
        OAUTH_PROFILE_URL: `http://127.0.0.1:${port}/api/profile/`,
        CONFIGDB_URL: `http://127.0.0.1:${port}`,
      },
      '--timeout',
      '5',
    )
    expect(told.code).toBe(1)
    for (const subject of [
      'error database',
      'error files',
      'error messages',
      'warning cache',
      'error portal',
      'error configdb',
    ])
      expect(told.bad).toContain(`${subject}: `)
    expect(told.text).not.toMatch(/a-pass-word|another-word/)
  })

  test('says which database is away, refuses the password, is not there, or is not migrated', async () => {
    await pg.psql('postgres', { sql: "create role guarded login password 'right'" })
    const { host } = new URL(pg.url('postgres'))
    const [away, refused, absent, empty] = await Promise.all([
      freePort().then((port) =>
        examine({
          DATABASE_URL: `postgres://archive:hidden-word@127.0.0.1:${port}/archive`,
          DB_HOST_READER: 'replica',
        }),
      ),
      examine({ DATABASE_URL: `postgres://guarded:wrong-word@${host}/postgres` }),
      examine({ DATABASE_URL: `postgres://postgres@${host}/not_there` }),
      pg.createDatabase().then((url) => examine({ DATABASE_URL: url })),
    ])
    expect(away!.bad).toMatch(/error database: .*cannot be reached: nothing is listening there.*Start it/)
    expect(away!.bad).toMatch(/warning configuration: DB_HOST_READER is ignored.*Set DATABASE_READER_URL/)
    expect(refused!.bad).toMatch(/error database: .*password authentication failed.*DB_PASS/)
    expect(absent!.bad).toMatch(/error database: .*"not_there" does not exist.*createdb/)
    expect(empty!.bad).toMatch(/error database: the database is not migrated.*Run platestack migrate/)
    expect(empty!.bad).toMatch(/error database: the extension PostGIS is missing/)
    for (const told of [away!, refused!, absent!, empty!]) {
      expect(told.code).toBe(1)
      expect(told.text).not.toMatch(/hidden-word|wrong-word/)
    }
  })

  test('says that a server has no TLS, a setting that it does not know, and a table that is gone', async () => {
    const { host } = new URL(pg.url('postgres'))
    const url = await pg.createDatabase(undefined, 'template')
    await pg.psql(new URL(url).pathname.slice(1), { sql: 'drop table removals' })
    const [plain, unknown, damaged] = await Promise.all(
      [`postgres://postgres@${host}/postgres?sslmode=require`, `${url}?no_such_setting=1`, url].map((DATABASE_URL) =>
        examine({ DATABASE_URL }),
      ),
    )
    expect(plain!.bad).toMatch(/error database: .* does not speak TLS.*PGSSLMODE.*ssl = on/)
    expect(unknown!.bad).toMatch(/error database: .* refuses the connection: .*no_such_setting/)
    expect(damaged!.bad).toMatch(/error database: .* lacks a table .*"removals" does not exist.*Restore the schema/)
  })

  test('says that the archive would not start with its SECRET_KEY, and writes none', async () => {
    const url = await pg.createDatabase(undefined, 'template')
    const known = async () => (await examine({ DATABASE_URL: url, SECRET_KEY: 'mellon' })).bad
    expect(await known()).not.toContain('SECRET_KEY')
    expect((await examine({ DATABASE_URL: url, SECRET_KEY: 'friend' })).bad).not.toContain('SECRET_KEY')
    const admin = ['createsuperuser', '--noinput', '--username', 'samwise']
    await platestack(admin, { DATABASE_URL: url, SECRET_KEY: 'mellon', SUPERUSER_PASSWORD: 'potatoes' })
    expect(await known()).not.toContain('SECRET_KEY')
    const other = await examine({ DATABASE_URL: url, SECRET_KEY: 'friend' })
    expect([other.code, other.bad]).toEqual([1, expect.stringMatching(/error database: SECRET_KEY is another/)])
    expect(other.text).not.toContain('friend')
    expect((await examine({ DATABASE_URL: url })).bad).toMatch(/error database: SECRET_KEY is not set/)
  })

  test('lists every mistake of the configuration, without secrets, and looks at a directory', async () => {
    const wrong = await examine({
      PORT: 'none',
      THROTTLE_ANON: 'many',
      DATABASE_URL: 'mysql://archive:hidden-word@db/x',
    })
    expect(wrong.findings.map(({ subject, level }) => `${level} ${subject}`)).toEqual(
      Array(3).fill('error configuration'),
    )
    expect(wrong.text).not.toContain('hidden-word')
    const unused = await examine({ PLATESTACK_DATA_DIR: join(folder, 'data') })
    expect([unused.level, unused.code]).toEqual(['ok', 0])
    expect(unused.text).toContain('there is no embedded database')
    const blocked = join(folder, 'a file')
    writeFileSync(blocked, '')
    expect((await examine({ PLATESTACK_DATA_DIR: blocked })).bad).toMatch(
      /error data directory: .*a file is no directory/,
    )
  })
})
