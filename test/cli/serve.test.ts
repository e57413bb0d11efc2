import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { type ClientRequest, type IncomingMessage, request } from 'node:http'
import { type AddressInfo, connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { inRepository } from '../support/data.ts'
import { untilNoOtherClient } from '../support/database_clients.ts'
import { poolAt } from '../support/pool.ts'
import { startPostgres, type TestPostgres } from '../support/postgres.ts'
import { onTerminal, platestack, program, type Running, serve, stop } from '../support/program.ts'

const shell = promisify(execFile)

const frame = (basename: string, md5: string) => ({
  basename,
  area: {
    type: 'Polygon',
    coordinates: [
      [
        [10.5, 41.1],
        [10.5, 41.5],
        [10.9, 41.5],
        [10.9, 41.1],
        [10.5, 41.1],
      ],
    ],
  },
  observation_date: '2016-01-02T03:04:05.678Z',
  observation_day: '2016-01-02',
  proposal_id: 'shire',
  instrument_id: 'kb70',
  target_name: 'M 31',
  reduction_level: 0,
  site_id: 'cpt',
  telescope_id: '1m0a',
  exposure_time: 30,
  primary_optical_element: 'V',
  public_date: '2017-01-02T03:04:05Z',
  configuration_type: 'EXPOSE',
  observation_id: 1,
  request_id: 2,
  version_set: [{ md5, key: md5, extension: '.fits' }],
  headers: { OBJECT: 'M 31' },
  related_frame_filenames: [],
})

/** A POST whose body is sent in two parts, the second when told; the archive has taken it, and waits for that. */
async function slowPost(
  url: string,
  token: string,
  body: string,
): Promise<{ sent: ClientRequest; finish(): Promise<IncomingMessage> }> {
  const headers = {
    authorization: `Token ${token}`,
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    expect: '100-continue',
  }
  const sent = request(`${url}/frames/`, { method: 'POST', headers })
  const answered = once(sent, 'response')
  answered.catch(() => {})
  sent.write(body.slice(0, 10))
  await once(sent, 'continue')
  return {
    sent,
    async finish() {
      sent.end(body.slice(10))
      return (await answered)[0] as IncomingMessage
    },
  }
}

describe('with nothing configured', () => {
  let home: string
  let archive: Running & { url: string }
  let token: string
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'platestack-serve-'))
    archive = await serve({}, { cwd: home })
    const { code, stdout } = await platestack(['token', 'admin'], {}, home)
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^\w{40}\n$/)])
    token = stdout.trim()
  })
  // whatever the test before has left
  beforeEach(async () => {
    if (archive.child.exitCode !== null || archive.child.signalCode !== null) archive = await serve({}, { cwd: home })
  })
  afterAll(async () => {
    await stop(archive, 'SIGKILL')
    await rm(home, { recursive: true, force: true })
  })

  const post = (body: object) =>
    fetch(`${archive.url}/frames/`, {
      method: 'POST',
      headers: { authorization: `Token ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  const names = async () => {
    const { results } = (await (await fetch(`${archive.url}/frames/`)).json()) as { results: { basename: string }[] }
    return results.map(({ basename }) => basename).sort()
  }

  test('it keeps everything under ./data and prints commands that work as they stand', async () => {
    await archive.printed(/^ {2}curl .*\/profile\/'$/m)
    expect(`${archive.stdout}${archive.stderr}`).not.toContain(token)
    const commands = archive.stdout.match(/^ {2}curl .*$/gm)!
    expect(commands).toHaveLength(2)
    const answers = await Promise.all(
      commands.map(async (line) => JSON.parse((await shell('sh', ['-c', `${line} -sS`], { cwd: home })).stdout)),
    )
    expect(answers).toEqual([
      expect.objectContaining({ count: 0, results: [] }),
      expect.objectContaining({ username: 'admin', is_staff: true }),
    ])
    expect(existsSync(join(home, 'data/database'))).toBe(true)
  })

  test('what the README shows works as it stands, from a frame to its download', async () => {
    const readme = await readFile(inRepository('README.md'), 'utf8')
    const section = readme.slice(readme.indexOf('### A frame, from file to download'), readme.indexOf('## Tests'))
    const blocks = [...section.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block]) => block!)
    const script = ['set -e', 'shopt -s expand_aliases', "alias curl='curl -sS -w \\\\n'", ...blocks]
      .join('\n')
      .replace('http://127.0.0.1:8000', archive.url)
      .replaceAll('dist/platestack.js', program)
    const { stdout, stderr } = await shell('bash', ['-c', script], { cwd: home })
    expect(stderr).toBe('')
    const [
      ,
      created,
      ,
      again,
      covered,
      near,
      intersecting,
      headers,
      related,
      same,
      hidden,
      goneFrame,
      goneFile,
      ...more
    ] = stdout.split('\n').filter(Boolean)
    const found = { count: 1, results: [{ id: 2, basename: 'cpt1m010-kb70-20160102-0010-e00' }] }
    expect([created, again]).toEqual(['  1 in as new frames', '  1 already there'])
    expect(JSON.parse(covered!)).toMatchObject(found)
    expect(JSON.parse(near!)).toMatchObject(found)
    expect(JSON.parse(intersecting!)).toMatchObject(found)
    expect(JSON.parse(headers!)).toMatchObject({ data: { OBJECT: 'M 31', RADIUS: 900, BLKUID: 1234567 } })
    expect(JSON.parse(related!)).toEqual([])
    expect(same).toBe('the same')
    expect(JSON.parse(hidden!)).toMatchObject({ id: 2, public_date: '2999-01-01T00:00:00Z' })
    for (const gone of [goneFrame, goneFile]) expect(JSON.parse(gone!)).toEqual({ detail: 'Not found.' })
    expect(more).toEqual([])
  })

  test('a second process is told that the database is in use, and the first goes on', async () => {
    for (const args of [['serve'], ['createsuperuser', '--noinput', '--username', 'frodo']]) {
      const { code, stdout, stderr } = await platestack(args, { PORT: '0', SUPERUSER_PASSWORD: 'ringbearer' }, home)
      expect([code, stdout]).toEqual([1, ''])
      expect(stderr).toMatch(
        /(^platestack: |"message":")the database in \.\/data\/database is in use by process \d+: /m,
      )
    }
    expect((await fetch(`${archive.url}/health/`)).status).toBe(200)
  })

  test('token answers while the archive runs, and says who there is not', async () => {
    expect(await platestack(['token', 'admin'], {}, home)).toEqual({ code: 0, stdout: `${token}\n`, stderr: '' })
    expect(await platestack(['token', 'nobody'], {}, home)).toEqual({
      code: 1,
      stdout: '',
      stderr: "platestack: there is no user 'nobody'\n",
    })
  })

  test('nothing in ./data is for other users of the machine, while it runs and when it has stopped', async () => {
    const basename = 'cpt1m010-kb70-20160106-0001-e00'
    await writeFile(join(home, `${basename}.fits`), fitsFile())
    const args = ['ingest', '--api-root', `${archive.url}/`, '--auth-token', token, `${basename}.fits`]
    expect((await platestack(args, {}, home)).code).toBe(0)
    expect(await open(join(home, 'data'))).toEqual([])
    expect(await stop(archive)).toBe(0)
    expect(await open(join(home, 'data'))).toEqual([])
    archive = await serve({}, { cwd: home })
  })

  test('what an earlier release left open to others is closed at the start, which the log says', async () => {
    expect(await stop(archive)).toBe(0)
    await shell('chmod', ['-R', 'go+rX', join(home, 'data')])
    expect((await open(join(home, 'data'))).length).toBeGreaterThan(900)
    archive = await serve({}, { cwd: home })
    expect(archive.stderr).toContain('./data could be read by other users of this machine: now it cannot')
    expect(await open(join(home, 'data'))).toEqual([])
    expect(await stop(archive)).toBe(0)
    archive = await serve({}, { cwd: home })
    expect(archive.stderr).not.toContain('could be read')
  })

  test('a kill -9 in mid-write loses nothing that was answered, and the next start takes less than 20 s', async () => {
    const kept = await names()
    const writing = (async () => {
      for (let i = 0; ; i++) {
        const basename = `cpt1m010-kb70-20160103-${String(i).padStart(4, '0')}-e00`
        if ((await post(frame(basename, String(i).padStart(32, '0')))).status === 201) kept.push(basename)
      }
    })()
    // the connection is cut under it
    writing.catch(() => {})
    while (kept.length < 20) await new Promise((resolve) => setTimeout(resolve, 10))
    expect(await stop(archive, 'SIGKILL')).toBe('SIGKILL')
    await expect(writing).rejects.toThrow()
    const begun = Date.now()
    archive = await serve({}, { cwd: home })
    expect(Date.now() - begun).toBeLessThan(20_000)
    expect(await names()).toEqual(expect.arrayContaining(kept))
    expect((await platestack(['token', 'admin'], {}, home)).stdout).toBe(`${token}\n`)
  })

  test('SIGTERM lets a request in flight end, takes no other, closes the database and exits with 0', async () => {
    const basename = 'cpt1m010-kb70-20160104-0001-e00'
    const slow = await slowPost(archive.url, token, JSON.stringify(frame(basename, '4'.repeat(32))))
    // an idle connection is no reason to wait
    await fetch(`${archive.url}/health/`)
    const begun = Date.now()
    archive.child.kill('SIGTERM')
    await archive.printed(/stopping/)
    // connections that are there may still bring the request that is under way on them; a new one is refused
    await expect(connected(archive.url)).rejects.toThrow('ECONNREFUSED')
    const response = await slow.finish()
    expect(response.statusCode).toBe(201)
    response.resume()
    expect(await archive.ended).toBe(0)
    expect(Date.now() - begun).toBeLessThan(8_000)
    expect(existsSync(join(home, 'data/database.lock'))).toBe(false)
    archive = await serve({}, { cwd: home })
    expect(await names()).toContain(basename)
  })

  test('a second signal ends it at once, whatever is in flight', async () => {
    const slow = await slowPost(
      archive.url,
      token,
      JSON.stringify(frame('cpt1m010-kb70-20160105-0001-e00', '5'.repeat(32))),
    )
    slow.sent.on('error', () => {})
    await fetch(`${archive.url}/health/`)
    archive.child.kill('SIGINT')
    await archive.printed(/stopping/)
    const begun = Date.now()
    archive.child.kill('SIGINT')
    expect(await archive.ended).toBe(130)
    // the request would have had ten
    expect(Date.now() - begun).toBeLessThan(5_000)
  })

  test('Ctrl-C ends it cleanly', async () => {
    expect(await stop(archive, 'SIGINT')).toBe(0)
  })

  test('where the port is taken it says so, exit code 1, and the database can be opened again', async () => {
    expect(await stop(archive)).toBe(0)
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo
    const { code, stdout, stderr } = await platestack(['serve'], { PORT: String(port) }, home)
    other.close()
    expect([code, stdout]).toEqual([1, ''])
    expect(JSON.parse(stderr.trimEnd().split('\n').at(-1)!).message).toBe(
      `port ${port} of 127.0.0.1 is in use by another program: stop that one, or set PORT to another`,
    )
    expect(existsSync(join(home, 'data/database.lock'))).toBe(false)
    archive = await serve({}, { cwd: home })
  })
})

/** What others than the owner may read, write or enter. */
async function open(dir: string): Promise<string[]> {
  const { stdout } = await shell('find', [dir, '-perm', '/077'], { maxBuffer: 2 ** 24 })
  return stdout.split('\n').filter(Boolean)
}

/** A FITS file that is all header, as `platestack ingest` takes it. */
function fitsFile(): string {
  const cards = [
    ['SIMPLE', 'T'],
    ['BITPIX', '8'],
    ['NAXIS', '0'],
    ...Object.entries({
      'DATE-OBS': '2016-01-06T18:04:05.678',
      'DAY-OBS': '20160106',
      SITEID: 'cpt',
      TELID: '1m0a',
      INSTRUME: 'kb70',
      OBSTYPE: 'EXPOSE',
      PROPID: 'secret',
    }).map(([name, value]) => [name, `'${value.padEnd(8)}'`]),
    ['BLKUID', '1234567'],
    ['RLEVEL', '0'],
  ].map(([name, value]) => `${name!.padEnd(8)}= ${value!.startsWith("'") ? value : value!.padStart(20)}`.padEnd(80))
  return `${cards.join('')}${'END'.padEnd(80)}`.padEnd(2880)
}

describe('on a terminal', () => {
  test('the first start shows the token of the superuser, and no later one does', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'platestack-terminal-'))
    const env = { PORT: '0', PLATESTACK_DATA_DIR: join(dir, 'data') }
    try {
      const first = onTerminal(['serve'], env)
      const [, token] = await first.printed(/admin, with the token (\w{40})/)
      await first.printed(/profile\/'/)
      first.child.stdin.write('\x03')
      expect(await first.ended).toBe(0)
      expect((await platestack(['token', 'admin'], env)).stdout).toBe(`${token}\n`)
      const second = onTerminal(['serve'], env)
      await second.printed(/admin; its token: node '.*platestack\.js' token admin/)
      await second.printed(/profile\/'/)
      second.child.stdin.write('\x03')
      expect(await second.ended).toBe(0)
      expect(second.stdout).not.toContain(token)
    } finally {
      await rm(dir, { recursive: true, force: true })
    }
  }, 180_000)
})

describe('on PostgreSQL', () => {
  let pg: TestPostgres
  let env: { DATABASE_URL: string }
  beforeAll(async () => {
    pg = await startPostgres()
    env = { DATABASE_URL: await pg.createDatabase(undefined, 'template') }
  })
  afterAll(() => pg.stop())

  const forwarded = { 'x-forwarded-host': 'archive.example', 'x-forwarded-proto': 'https' }

  test('no superuser is made and no token printed', async () => {
    const archive = await serve(env)
    expect((await fetch(`${archive.url}/health/`)).status).toBe(200)
    expect(await stop(archive)).toBe(0)
    expect(archive.stdout).toBe('')
    expect((await platestack(['token', 'admin'], env)).code).toBe(1)
  })

  test('SIGTERM closes its connections', async () => {
    const archive = await serve(env)
    expect((await fetch(`${archive.url}/frames/`)).status).toBe(200)
    expect(await stop(archive)).toBe(0)
    const sql = poolAt(env.DATABASE_URL, { max: 1 })
    await untilNoOtherClient(sql)
    await sql.end()
  })

  test('X-Forwarded-* is believed from loopback, and from nobody where TRUSTED_PROXIES is empty', async () => {
    for (const [variables, base] of [
      [{}, () => 'https://archive.example'],
      [{ TRUSTED_PROXIES: '' }, (url: string) => url],
    ] as const) {
      const archive = await serve({ ...env, ...variables })
      const root = await fetch(`${archive.url}/`, { headers: forwarded })
      expect(await root.json()).toMatchObject({ frames: `${base(archive.url)}/frames/` })
      expect(await stop(archive)).toBe(0)
    }
  })
})

/** A new connection to an archive. */
const connected = (url: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url)
    const socket = connect(Number(port), hostname, () => {
      socket.destroy()
      resolve()
    })
    socket.once('error', reject)
  })
