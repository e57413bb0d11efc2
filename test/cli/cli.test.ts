import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { dataOf, type FrameRecord, openArchive } from '../../clients/typescript/index.ts'
import { newFrame } from '../support/frames.ts'
import { freePort } from '../support/ports.ts'
import { startPostgres, type TestPostgres } from '../support/postgres.ts'
import { launch, onTerminal, platestack, program, serve, stop } from '../support/program.ts'

const COMMANDS = [
  'serve',
  'migrate',
  'createsuperuser',
  'token',
  'rotate-secret-key',
  'rollups',
  'users',
  'outbox',
  'deleteframes',
  'expireguides',
]

describe('the command line', () => {
  test('help lists the commands, and each command has its own', async () => {
    const { code, stdout, stderr } = await platestack(['--help'])
    expect([code, stderr]).toEqual([0, ''])
    for (const command of COMMANDS) {
      expect(stdout).toMatch(new RegExp(`^  ${command} +\\w`, 'm'))
      const own = await platestack([command, '--help'])
      expect([own.code, own.stderr]).toEqual([0, ''])
      expect(own.stdout).toMatch(new RegExp(`^platestack ${command}: .*\n\nUsage: platestack ${command}`))
    }
  })

  test('the help of serve has every variable of the configuration with its default', async () => {
    const { stdout } = await platestack(['serve', '--help'])
    for (const shown of [
      'SECRET_KEY',
      'DATABASE_URL',
      'DB_PASS',
      'FILESYSTEM_STORAGE_ROOT_DIR',
      'OAUTH_SERVER_KEY',
      'ZIP_DELIVERY',
    ])
      expect(stdout).toMatch(new RegExp(`^  ${shown} +.+ \\[.*\\]$`, 'm'))
    expect(stdout).toMatch(/^ {2}PORT .* \[8000\]$/m)
  })

  test('without a command the help goes to standard error, exit code 2', async () => {
    const { code, stdout, stderr } = await platestack([])
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain('Usage: platestack COMMAND')
  })

  test.each([
    [['srve'], "there is no command 'srve'; platestack --help lists them"],
    [['constructor'], "there is no command 'constructor'; platestack --help lists them"],
    [['serve', '--prt'], "Unknown option '--prt'; --help lists the options"],
    [['migrate', 'now'], "Unexpected argument 'now'; --help lists the options"],
    [['token'], 'give one user: platestack token USER'],
    [['token', 'frodo', 'sam'], 'give one user: platestack token USER'],
    [['createsuperuser'], 'there is no terminal to ask on: use --noinput, see platestack createsuperuser --help'],
    [['createsuperuser', '--noinput'], '--noinput needs --username or SUPERUSER_USERNAME'],
    [['createsuperuser', '--noinput', '--username', 'frodo'], '--noinput needs SUPERUSER_PASSWORD'],
    [['rollups', '--check', '--rebuild'], 'give one of --check and --rebuild'],
    [['outbox', 'show'], "'show' is none of list, retry and drop; see platestack outbox --help"],
    [['outbox', 'retry'], 'name the messages to retry: by ID, or by --dead or --all'],
    [['outbox', 'drop', '1', '--dead'], 'name the messages to drop: by ID, or by --dead'],
    [['outbox', 'drop', '--all'], 'drop takes no --all'],
    [['outbox', 'retry', '7', 'frame-1'], "'frame-1' is not the ID of a message"],
    [['outbox', '--limit', '0'], '--limit is a number from 1 to 1000000'],
    [['rotate-secret-key', 'a-key'], "Unexpected argument 'a-key'; --help lists the options"],
  ])('a wrong command line is one line and exit code 2: %j', async (args, line) => {
    expect(await platestack(args)).toEqual({ code: 2, stdout: '', stderr: `platestack: ${line}\n` })
  })

  test('mistakes of the configuration are all listed, exit code 2', async () => {
    const env = { PORT: 'eight', DEBUG: 'maybe', DATABASE_URL: 'mysql://frodo:ring@bagend/archive' }
    const args: Record<string, string[]> = {
      token: ['token', 'frodo'],
      createsuperuser: ['createsuperuser', '--noinput'],
      users: ['users', 'list'],
      deleteframes: ['deleteframes', '--site', 'cpt', '--yes'],
    }
    for (const command of COMMANDS) {
      const { code, stdout, stderr } = await platestack(args[command] ?? [command], env)
      expect([code, stdout]).toEqual([2, ''])
      expect(stderr).toMatch(/^platestack: The configuration has mistakes:\n( {2}\w+ .*: expected .*\n){3}$/)
      for (const name of Object.keys(env)) expect(stderr).toContain(`  ${name} is `)
      expect(stderr).not.toContain('ring')
    }
  })
})

describe('a database that is not there', () => {
  const args: Record<string, string[]> = {
    token: ['token', 'frodo'],
    createsuperuser: ['createsuperuser', '--noinput', '--username', 'frodo'],
    users: ['users', 'list'],
    deleteframes: ['deleteframes', '--site', 'cpt', '--dry-run'],
    expireguides: ['expireguides', '--dry-run'],
  }

  test.each(COMMANDS.filter((command) => command !== 'serve'))(
    '%s says so in one line without the password, exit code 1',
    async (command) => {
      const at = `127.0.0.1:${await freePort()}/archive`
      const env = { DATABASE_URL: `postgres://frodo:ring@${at}`, SUPERUSER_PASSWORD: 'ringbearer' }
      expect(await platestack(args[command] ?? [command], env)).toEqual({
        code: 1,
        stdout: '',
        stderr: `platestack: the database ${at} cannot be reached: nothing is listening there (ECONNREFUSED)\n`,
      })
    },
  )

  test('a host that has no address is told as such', async () => {
    const { code, stderr } = await platestack(['migrate'], { DB_HOST: 'bagend.invalid' })
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/^platestack: the database bagend\.invalid:5432\/archive cannot be reached: .*\n$/),
    ])
  })
})

describe('on PostgreSQL', () => {
  let pg: TestPostgres
  beforeAll(async () => {
    pg = await startPostgres()
  })
  afterAll(() => pg.stop())

  const lines = (stderr: string) => stderr.trimEnd().split('\n')

  test('a database that does not exist, and one that is not migrated, are told as such by every command', async () => {
    const missing = await platestack(['token', 'frodo'], { DATABASE_URL: pg.url('nowhere') })
    expect([missing.code, missing.stderr]).toEqual([
      1,
      expect.stringMatching(/^platestack: .*database "nowhere" does not exist\n$/),
    ])
    const env = { DATABASE_URL: await pg.createDatabase(), SUPERUSER_PASSWORD: 'ringbearer' }
    for (const args of [
      ['token', 'frodo'],
      ['createsuperuser', '--noinput', '--username', 'frodo'],
    ]) {
      const { code, stdout, stderr } = await platestack(args, env)
      expect([code, stdout]).toEqual([1, ''])
      expect(stderr).toMatch(
        /^platestack: the database \S+ is not migrated \(\d+ migrations are pending, from 000001_tables on\): run platestack migrate\n$/,
      )
    }
  })

  test('migrate fills an empty database, and finds nothing to do the second time', async () => {
    const env = { DATABASE_URL: await pg.createDatabase() }
    const first = await platestack(['migrate'], env)
    expect([first.code, lines(first.stderr).at(-1)]).toEqual([0, 'the database is ready'])
    expect(await platestack(['migrate'], env)).toEqual({ code: 0, stdout: '', stderr: 'the database is up to date\n' })
  })

  test('a database that the next release has migrated is refused', async () => {
    const url = await pg.createDatabase(undefined, 'template')
    await pg.psql(new URL(url).pathname.slice(1), {
      sql: "insert into platestack_migrations (name) values ('999999_next')",
    })
    const { code, stderr } = await platestack(['serve'], { DATABASE_URL: url })
    expect([code, stderr]).toEqual([
      1,
      expect.stringContaining('newer than this program, which does not know 999999_next'),
    ])
  })

  test('migrate refuses a database of something else and changes nothing', async () => {
    const url = await pg.createDatabase()
    const database = new URL(url).pathname.slice(1)
    await pg.psql(database, { sql: 'create table hobbits (name text)' })
    const before = await pg.schema(database)
    const { code, stderr } = await platestack(['migrate'], { DATABASE_URL: url })
    expect([code, stderr]).toEqual([1, expect.stringContaining('nothing was changed')])
    expect(await pg.schema(database)).toBe(before)
  })

  test('createsuperuser takes flags and the environment; the user logs in, and token prints the token', async () => {
    const env = {
      DATABASE_URL: await pg.createDatabase(undefined, 'template'),
      SUPERUSER_USERNAME: 'frodo',
      SUPERUSER_PASSWORD: 'ringbearer',
    }
    const created = { code: 0, stdout: "Superuser 'frodo' created.\n", stderr: '' }
    expect(await platestack(['createsuperuser', '--noinput', '--email', 'frodo@shire.example'], env)).toEqual(created)
    expect(await platestack(['createsuperuser', '--noinput'], env)).toEqual({
      code: 1,
      stdout: '',
      stderr: "platestack: there is a user 'frodo' already\n",
    })
    const archive = await serve(env)
    const { api } = openArchive(archive.url)
    const { token } = await dataOf(
      api.POST('/api-token-auth/', { body: { username: 'frodo', password: 'ringbearer' } }),
    )
    expect(await platestack(['token', 'frodo'], env)).toEqual({ code: 0, stdout: `${token}\n`, stderr: '' })
    expect(await stop(archive)).toBe(0)
    expect(await platestack(['token', 'sam'], env)).toEqual({
      code: 1,
      stdout: '',
      stderr: "platestack: there is no user 'sam'\n",
    })
  })

  test.each([
    [
      'a username with a space',
      { SUPERUSER_USERNAME: 'fro do', SUPERUSER_PASSWORD: 'ringbearer' },
      'a username has 1 to 150',
    ],
    [
      'a short password',
      { SUPERUSER_USERNAME: 'frodo', SUPERUSER_PASSWORD: 'ring' },
      'a password has 8 characters at least',
    ],
  ])('createsuperuser refuses %s', async (_, env, words) => {
    const { code, stderr } = await platestack(['createsuperuser', '--noinput'], {
      ...env,
      DATABASE_URL: pg.url('nowhere'),
    })
    expect([code, stderr]).toEqual([2, expect.stringContaining(words)])
  })

  test('on a terminal createsuperuser asks, and never shows the password', async () => {
    const env = { DATABASE_URL: await pg.createDatabase(undefined, 'template') }
    const asked = onTerminal(['createsuperuser'], env)
    for (const [question, answer] of [
      [/Username: /, 'samwise'],
      [/Password: /, 'potatoes-boiled'],
      [/Password \(again\): /, 'potatoes-boiled'],
    ] as const) {
      await asked.printed(question)
      asked.child.stdin.write(`${answer}\r`)
    }
    expect(await asked.ended).toBe(0)
    expect(asked.stdout).toContain("Superuser 'samwise' created.")
    expect(asked.stdout).not.toContain('potatoes')
    expect((await platestack(['token', 'samwise'], env)).code).toBe(0)
  })

  test('on a terminal createsuperuser creates nothing when the passwords differ, or at Ctrl-C', async () => {
    const env = { DATABASE_URL: await pg.createDatabase(undefined, 'template') }
    const differ = onTerminal(['createsuperuser', '--username', 'merry'], env)
    await differ.printed(/Password: /)
    differ.child.stdin.write('brandybuck\r')
    await differ.printed(/Password \(again\): /)
    differ.child.stdin.write('brandybock\r')
    expect(await differ.ended).toBe(2)
    expect(differ.stdout).toContain('the two passwords are not the same')

    const left = onTerminal(['createsuperuser', '--username', 'merry'], env)
    await left.printed(/Password: /)
    left.child.stdin.write('\x03')
    expect(await left.ended).toBe(1)
    expect(left.stdout).toContain('platestack: nothing was created')
    expect((await platestack(['token', 'merry'], env)).code).toBe(1)
  })

  test('checksum stops at once when the store is away, and says so in one line', async () => {
    const env = { DATABASE_URL: await pg.createDatabase(undefined, 'template'), SUPERUSER_PASSWORD: 'ringbearer' }
    await platestack(['createsuperuser', '--noinput', '--username', 'frodo'], env)
    const token = (await platestack(['token', 'frodo'], env)).stdout.trim()
    const archive = await serve(env)
    const records = Array.from({ length: 300 }, (_, i) => newFrame(`frame-${i}`) as FrameRecord)
    for await (const { line, outcome } of openArchive(archive.url, { token }).ingestMany(records))
      expect(outcome, `line ${line}`).toBe('created')
    await stop(archive)
    const s3 = { FILESTORE_TYPE: 's3', BUCKET: 'b', AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 's' }
    const away = { ...env, ...s3, S3_ENDPOINT_URL: `http://127.0.0.1:${await freePort()}`, S3_ADDRESSING_STYLE: 'path' }
    const { code, stdout, stderr } = await platestack(['checksum'], away)
    expect([code, stdout]).toEqual([1, '0 of 300 files are known now\n'])
    const told = lines(stderr).filter((line) => line.startsWith('platestack:'))
    expect(told).toEqual([
      expect.stringMatching(/^platestack: The file store cannot be reached.*: no further files were read/),
    ])
    expect(lines(stderr).length).toBeLessThan(8)
  })

  test('the program can be executed as it was built', async () => {
    const running = launch(program, ['--version'])
    expect(await running.ended).toBe(0)
  })

  describe('the key of the tokens', () => {
    const [KEY, OTHER] = ['the key so far, of the tests', 'another key, of the tests']
    const withUser = async (env: Record<string, string>) => {
      const all = { DATABASE_URL: await pg.createDatabase(undefined, 'template'), ...env }
      await platestack(['createsuperuser', '--noinput'], {
        ...all,
        SUPERUSER_USERNAME: 'frodo',
        SUPERUSER_PASSWORD: 'ringbearer',
      })
      const { stdout } = await platestack(['token', 'frodo'], all)
      expect(stdout).toMatch(/^\w{40}\n$/)
      const kept = () =>
        pg.psql(new URL(all.DATABASE_URL).pathname.slice(1), {
          sql: 'select * from tokens; select * from profiles; select * from settings order by name',
        })
      return { env: all, token: stdout, kept }
    }

    test.each([
      ['another', OTHER, 'SECRET_KEY is not the key under which this database keeps its tokens. Nothing was changed.'],
      ['none', '', 'this database keeps its tokens under a SECRET_KEY that is not set here. Nothing was changed.'],
    ])('%s is refused by every command that uses it, and nothing changes', async (_, key, words) => {
      const { env, token, kept } = await withUser({ SECRET_KEY: KEY })
      const before = await kept()
      for (const args of [
        ['token', 'frodo'],
        ['serve'],
        ['migrate'],
        ['checksum'],
        ['rotate-secret-key'],
        ['ingest', '.'],
      ]) {
        const { code, stdout, stderr } = await platestack(args, {
          DATABASE_URL: env.DATABASE_URL,
          NEW_SECRET_KEY: OTHER.toUpperCase(),
          PORT: '0',
          ...(key && { SECRET_KEY: key }),
        })
        expect([args, code, stdout, stderr]).toEqual([args, 1, '', expect.stringContaining(words)])
      }
      expect(await kept()).toBe(before)
      expect((await platestack(['token', 'frodo'], env)).stdout).toBe(token)
    })

    test('is rotated: tokens stay, sessions end, and the key so far is refused; neither key is printed', async () => {
      const { env, token } = await withUser({ SECRET_KEY: KEY })
      const rotated = await platestack(['rotate-secret-key'], { ...env, NEW_SECRET_KEY: OTHER })
      expect([rotated.code, rotated.stderr, rotated.stdout]).toEqual([
        0,
        '',
        '1 token is kept under the new key. Sessions, signed addresses and cursors made so far are no longer valid.\nSet SECRET_KEY to the new key now, and restart every process of the archive that is running.\n',
      ])
      expect((await platestack(['token', 'frodo'], { ...env, SECRET_KEY: OTHER })).stdout).toBe(token)
      expect((await platestack(['token', 'frodo'], env)).code).toBe(1)
      const archive = await serve({ ...env, SECRET_KEY: OTHER })
      const profile = await dataOf(openArchive(archive.url, { token: token.trim() }).api.GET('/profile/'))
      expect(profile).toMatchObject({ username: 'frodo' })
      expect(await stop(archive)).toBe(0)
    })

    test('that the archive made for itself is replaced where it is kept', async () => {
      const { env, token, kept } = await withUser({})
      const before = await kept()
      const rotated = await platestack(['rotate-secret-key'], env)
      expect([rotated.code, rotated.stdout]).toEqual([
        0,
        expect.stringContaining('The new key is kept in the database'),
      ])
      expect(await kept()).not.toBe(before)
      expect((await platestack(['token', 'frodo'], env)).stdout).toBe(token)
      const configured = await platestack(['rotate-secret-key'], { ...env, NEW_SECRET_KEY: OTHER })
      expect([configured.code, configured.stdout]).toEqual([
        0,
        expect.stringContaining('Set SECRET_KEY to the new key'),
      ])
      expect((await platestack(['token', 'frodo'], env)).stderr).toContain('under a SECRET_KEY that is not set here')
      expect((await platestack(['token', 'frodo'], { ...env, SECRET_KEY: OTHER })).stdout).toBe(token)
    })

    test('is asked for on a terminal, and not shown; a short one and the key so far are refused', async () => {
      const { env, token } = await withUser({ SECRET_KEY: KEY })
      const asked = onTerminal(['rotate-secret-key'], env)
      for (const question of [/New SECRET_KEY: /, /New SECRET_KEY \(again\): /]) {
        await asked.printed(question)
        asked.child.stdin.write(`${OTHER}\r`)
      }
      expect(await asked.ended).toBe(0)
      expect(asked.stdout).not.toContain(OTHER)
      const now = { ...env, SECRET_KEY: OTHER }
      expect((await platestack(['token', 'frodo'], now)).stdout).toBe(token)
      for (const [key, words] of [
        ['short', 'a new SECRET_KEY has 16 characters at least'],
        [OTHER, 'the new key is the same as the current key'],
      ] as const)
        expect(await platestack(['rotate-secret-key'], { ...now, NEW_SECRET_KEY: key })).toEqual({
          code: 2,
          stdout: '',
          stderr: `platestack: ${words}\n`,
        })
      expect(await platestack(['rotate-secret-key'], now)).toEqual({
        code: 2,
        stdout: '',
        stderr:
          'platestack: set NEW_SECRET_KEY: there is no terminal to ask on, see platestack rotate-secret-key --help\n',
      })
    })
  })
})
