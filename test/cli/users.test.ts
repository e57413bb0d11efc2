import type { ChildProcess } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { cacheaggregates } from '../../src/cli/cacheaggregates.ts'
import { UsageError } from '../../src/cli/command.ts'
import { showthrottle } from '../../src/cli/showthrottle.ts'
import { users } from '../../src/cli/users.ts'
import { startMemcached } from '../support/memcached.ts'
import { poolAt } from '../support/pool.ts'
import { freePort } from '../support/ports.ts'
import { startPostgres, type TestPostgres } from '../support/postgres.ts'
import { launch, platestack, program, type Running, serve, stop, type Variables } from '../support/program.ts'

const PASSWORD = 'ringbearer'
const NOW = /\d{4}-\d\d-\d\d \d\d:\d\d UTC/g

describe('users and their requests, beside an archive that is running', () => {
  let pg: TestPostgres
  let memcached: ChildProcess
  let port: number
  let env: Variables
  let server: Running & { url: string }

  beforeAll(async () => {
    ;[pg, port] = await Promise.all([startPostgres(), freePort()])
    memcached = await startMemcached(port)
    const url = await pg.createDatabase(undefined, 'template')
    env = {
      DATABASE_URL: url,
      SECRET_KEY: 'a key of the tests',
      FILESTORE_TYPE: 'dummy',
      CACHE_LOC: `127.0.0.1:${port}`,
      THROTTLE_ANON: '3/day',
      THROTTLE_USER: '1000/day',
    }
    await platestack(['createsuperuser', '--noinput', '--username', 'frodo'], { ...env, SUPERUSER_PASSWORD: PASSWORD })
    const sql = poolAt(url)
    await sql`insert into users (username, password, first_name, last_name, email) values ('sam', '!', 'Samwise', 'Gamgee', 'sam@shire.example')`
    await sql`insert into profiles (user_id, api_token_hash, api_token_sealed, proposals, proposals_seen)
      select id, '\\x01', 'sealed', '{shire,mordor}', '2026-01-02T03:04:05Z' from users where username = 'sam'`
    await sql.end()
    server = await serve(env)
  })
  afterAll(async () => {
    if (server) await stop(server)
    memcached?.kill()
    await pg?.stop()
  })

  const run = (...args: string[]) => platestack(['users', ...args], env)
  const tokenOf = async (name: string) => (await platestack(['token', name], env)).stdout.trim()
  /** What a user is answered who asks for what is for staff. */
  const staffOnly = async (token: string) =>
    (await fetch(`${server.url}/versions/`, { headers: { authorization: `Token ${token}` } })).status

  test('are listed and shown, without a secret', async () => {
    const token = await tokenOf('frodo')
    const body = new URLSearchParams({ username: 'frodo', password: PASSWORD })
    expect((await fetch(`${server.url}/api-token-auth/`, { method: 'POST', body })).status).toBe(200)
    const { code, stdout, stderr } = await run('list')
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout.replace(NOW, 'NOW').replace(/ +/g, ' ')).toBe(
      'name from superuser staff active proposals last log-in token since\nfrodo local yes yes yes - NOW NOW\nsam portal - - yes 2 - -\n',
    )
    const lines = (await run('list', '--json')).stdout.trimEnd().split('\n')
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      {
        username: 'frodo',
        origin: 'local',
        superuser: true,
        staff: true,
        active: true,
        proposals: null,
        joined: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
        last_login: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
        token_since: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      },
      expect.objectContaining({ username: 'sam', origin: 'portal', proposals: 2, last_login: null, token_since: null }),
    ])
    const shown = await run('show', 'sam')
    expect(shown.stdout.replace(/(joined +).*/, '$1NOW')).toBe(`sam
  name          Samwise Gamgee
  e-mail        sam@shire.example
  from          portal: the Observation Portal
  rights        active
  proposals     shire, mordor, as the Observation Portal said 2026-01-02 03:04 UTC
  joined        NOW
  last log-in   never with a password
  token         none
  portal token  kept
`)
    expect(JSON.parse((await run('show', 'sam', '--json')).stdout)).toMatchObject({
      name: 'Samwise Gamgee',
      proposals: ['shire', 'mordor'],
      proposals_seen: '2026-01-02T03:04:05Z',
      portal_token: true,
    })
    for (const text of [stdout, shown.stdout, ...lines]) expect(text).not.toMatch(new RegExp(`${token}|sealed|pbkdf2`))
  })

  test('have their rights changed, at once in an archive with the same Memcached', async () => {
    const token = await tokenOf('sam')
    expect(await staffOnly(token)).toBe(403)
    expect(await run('grant', 'sam', '--staff', '--superuser')).toEqual({
      code: 0,
      stdout:
        'sam is superuser, staff, active now; it takes effect at once.\nThis is a user of the Observation Portal, which may say anew who is staff or superuser when they log in.\n',
      stderr: '',
    })
    expect(await staffOnly(token)).toBe(200)
    const revoked = await run('revoke', 'sam', '--staff', '--superuser', '--json')
    expect(JSON.parse(revoked.stdout)).toMatchObject({
      superuser: false,
      staff: false,
      active: true,
      effective_within_s: 0,
    })
    expect(await staffOnly(token)).toBe(403)
    await run('revoke', 'sam', '--active')
    expect(await staffOnly(token)).toBe(401)
    await run('grant', 'sam', '--active')
    expect(await staffOnly(token)).toBe(403)
  })

  test('keep their rights for a minute at most in an archive with a cache of its own, and that is said', async () => {
    const { CACHE_LOC: _, ...alone } = env
    expect((await platestack(['users', 'grant', 'frodo', '--staff'], alone)).stdout).toBe(
      'frodo is superuser, staff, active now; it takes effect within 60 seconds in an archive that is running.\n',
    )
    const nobody = { ...env, CACHE_LOC: `127.0.0.1:${await freePort()}` }
    expect((await platestack(['users', 'grant', 'frodo', '--staff', '--json'], nobody)).stdout).toContain(
      '"effective_within_s":60}',
    )
  })

  test('are told when nobody is a superuser any more', async () => {
    const { code, stderr } = await run('revoke', 'frodo', '--superuser')
    expect([code, stderr]).toEqual([
      0,
      'No active superuser is left: platestack users grant NAME --superuser --active, or platestack createsuperuser.\n',
    ])
    expect((await run('grant', 'frodo', '--superuser')).stderr).toBe('')
  })

  test('have a token, which is replaced', async () => {
    const before = await tokenOf('frodo')
    expect(await staffOnly(before)).toBe(200)
    const told = await run('tokens', 'frodo')
    expect(told.stdout.replace(NOW, 'NOW')).toBe(
      'frodo has a token since NOW: platestack token frodo prints it, --revoke replaces it.\n',
    )
    const replaced = await run('tokens', 'frodo', '--revoke')
    expect(replaced.stdout).toBe(
      'frodo has a new token: platestack token frodo prints it. The one before is refused at once.\n',
    )
    const after = await tokenOf('frodo')
    expect(after).not.toBe(before)
    expect([await staffOnly(before), await staffOnly(after)]).toEqual([401, 200])
    expect(`${told.stdout}${replaced.stdout}`).not.toMatch(new RegExp(`${before}|${after}`))
    expect((await run('tokens', 'sam')).stdout).toContain(
      "The Observation Portal's token of this user is accepted too: it is replaced there, and not here.\n",
    )
  })

  test('are counted, by user and by address', async () => {
    const token = await tokenOf('sam')
    const before = JSON.parse((await platestack(['showthrottle', '--json'], env)).stdout).counts
    const of = (counts: typeof before) => counts.users.find((one: { username: string }) => one.username === 'sam')
    expect(await staffOnly(token)).toBe(403)
    for (let i = 0; i < 4; i++) await fetch(`${server.url}/frames/`)
    const args = ['showthrottle', '--address', '127.0.0.1', '--address', '2001:db8::7']
    const shown = JSON.parse((await platestack([...args, '--json'], env)).stdout)
    expect(shown.rates).toEqual({ anon: { requests: 3, seconds: 86400 }, user: { requests: 1000, seconds: 86400 } })
    expect(of(shown.counts)).toEqual({ username: 'sam', requests: of(before).requests + 1, throttled: false })
    expect(shown.counts.addresses).toEqual([
      { address: '127.0.0.1', requests: expect.any(Number), throttled: true },
      { address: '2001:db8:0:0::/64', requests: 0, throttled: false },
    ])
    const { stdout } = await platestack(args, env)
    expect(stdout).toMatch(/^Callers who are not signed in: 3 requests in 86400 s for each address; this period ends /)
    expect(stdout).toMatch(/^sam +\d+$/m)
    expect(stdout).toMatch(/^127\.0\.0\.1 +\d+ {2}throttled$/m)
    expect(stdout).not.toContain('frodo')

    const { CACHE_LOC: _, ...alone } = env
    expect(await platestack(['showthrottle'], alone)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(
        'CACHE_LOC is not set: the counts are in the memory of the running archive, where no other program can see them.\n',
      ),
    })
    const nobody = { ...env, CACHE_LOC: `127.0.0.1:${await freePort()}` }
    expect(await platestack(['showthrottle'], nobody)).toEqual({
      code: 1,
      stdout: '',
      stderr: 'platestack: Memcached (CACHE_LOC) does not answer: the counts cannot be seen\n',
    })
  })

  test.each([
    [['show', 'gollum'], "there is no user 'gollum'"],
    [['revoke', 'Sam', '--staff'], "there is no user 'Sam'"],
    [['tokens', 'gollum', '--revoke'], "there is no user 'gollum'"],
  ])('that are not there are told as such: %j', async (args, line) => {
    expect(await run(...args)).toEqual({ code: 1, stdout: '', stderr: `platestack: ${line}\n` })
  })

  test('cacheaggregates does nothing, says so, and needs nothing', async () => {
    const { code, stdout, stderr } = await platestack(['cacheaggregates'])
    expect([code, stdout, stderr]).toEqual([0, expect.stringMatching(/^Nothing to do: facets come from counts/), ''])
    expect(JSON.parse((await platestack(['cacheaggregates', '--json'])).stdout)).toEqual({
      changed: false,
      message: expect.any(String),
    })
  })
})

test('what cannot be written is no success', async () => {
  const full = launch('sh', ['-c', 'exec "$0" "$1" cacheaggregates >/dev/full', process.execPath, program])
  expect([await full.ended, full.stderr]).toEqual([
    1,
    'platestack: standard output cannot be written to: its disk is full\n',
  ])
})

const WHAT = 'say what to do: platestack users list, show, grant, revoke or tokens; --help tells more'
test.each([
  [users, [], new UsageError(WHAT)],
  [users, ['remove', 'sam'], new UsageError(WHAT)],
  [users, ['show'], new UsageError('give one user: platestack users show NAME')],
  [users, ['tokens', 'sam', 'frodo'], new UsageError('give one user: platestack users tokens NAME')],
  [users, ['grant', 'sam'], new UsageError('say what to grant: --superuser, --staff or --active')],
  [users, ['grant', 'sam', '--root'], expect.objectContaining({ code: 'ERR_PARSE_ARGS_UNKNOWN_OPTION' })],
  [users, ['list', 'sam'], expect.objectContaining({ code: 'ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL' })],
  [showthrottle, ['--address', ''], new UsageError('--address needs a value')],
  [
    showthrottle,
    ['--address', '10.0.0.0/8'],
    new UsageError("--address is an IP address like 192.0.2.7, and not '10.0.0.0/8'"),
  ],
  [cacheaggregates, ['now'], expect.objectContaining({ code: 'ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL' })],
])('a wrong command line is refused before anything is opened: %s %j', async (command, args, refusal) => {
  expect(await command.run(args).catch((error) => error)).toEqual(refusal)
})
