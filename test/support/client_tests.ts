import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { inRepository } from './data.ts'
import { filesIn, startClient, sumsOf, type WeekArchive, weekArchive } from './week_archive.ts'

const run = promisify(execFile)

/** The two programs of a language, as docs/clients.md shows them. */
export interface ClientPrograms {
  /** Searches a cone in a week, prints the names and downloads all files. */
  cone: readonly string[]
  /** Lists the frames of a site, orders a ZIP of them, and posts a frame; null: there is none. */
  night: readonly string[] | null
}

/** The folder in which other_clients.sh keeps the programs of a language, made where they are not there yet. */
export async function compiledClient(language: 'go' | 'java'): Promise<string> {
  await run(inRepository('test/support/other_clients.sh'), [language], { timeout: 600_000 })
  return inRepository(`node_modules/.cache/clients/${language}`)
}

/** Tests the programs of a language against an archive that serves, through a relay that goes wrong. */
export function testClient(programs: () => Promise<ClientPrograms>): void {
  let archive: WeekArchive
  let language: ClientPrograms
  beforeAll(async () => {
    language = await programs()
    archive = await weekArchive()
  })
  afterAll(() => archive?.close())

  const filesAsked = () => archive.relay.seen.filter(({ what }) => what.startsWith('GET /files/'))
  const names = () => [...archive.wanted.keys()].map((name) => name.replace('.fits.fz', ''))

  test('a search by cone and week is downloaded, and goes on where it was killed', async () => {
    let stalled = ''
    archive.relay.decide((what) => {
      if (stalled || !what.includes('-0012-') || !what.startsWith('GET /files/')) return 'pass'
      stalled = what
      return { after: 300_000, end: 'stall' }
    })
    const first = startClient(archive, language.cone)
    const begun = async () =>
      [...(await filesIn(archive.folder))].filter(
        ([name, bytes]) => name.includes('-0012-') && bytes.length === 300_000,
      )
    await expect.poll(begun, { timeout: 110_000 }).toHaveLength(1)
    first.child.kill('SIGKILL')
    await first.ended
    const had = await filesIn(archive.folder)
    const whole = [...had.keys()].filter((name) => archive.wanted.has(name))
    expect(whole).not.toContain('cpt1m010-kb70-20160102-0012-e00.fits.fz')
    expect(whole.length).toBeGreaterThan(0)

    archive.relay.seen.length = 0
    const second = startClient(archive, language.cone)
    expect([await second.ended, second.stderr]).toEqual([0, ''])
    expect(second.stdout.trim().split(/\s+/).sort()).toEqual(names().sort())
    expect(sumsOf(await filesIn(archive.folder))).toEqual(sumsOf(archive.wanted))
    const [resumed] = filesAsked().filter(({ what }) => what.includes('-0012-'))
    expect([resumed!.headers.range, resumed!.status]).toEqual(['bytes=300000-', 206])
    // what was whole is not fetched again, and the files' URLs need no token
    expect(filesAsked().filter(({ what }) => whole.some((name) => what.includes(name)))).toEqual([])
    expect(filesAsked().filter(({ headers }) => headers.authorization !== undefined)).toEqual([])
    const pages = archive.relay.seen.filter(({ what }) => what.startsWith('GET /frames/?'))
    expect(pages.map(({ what }) => what.includes('cursor='))).toContain(true)
    expect(pages.every(({ headers }) => headers.authorization === `Token ${archive.root}`)).toBe(true)
  })

  test('it waits while the archive is busy, goes on after a cut, and throws away what has another MD5', async () => {
    const [damaged] = archive.wanted.keys()
    for (const [name, bytes] of archive.wanted)
      await writeFile(join(archive.folder, name), name === damaged ? 'not the file' : bytes)
    const done = new Set<string>()
    archive.relay.decide((what) => {
      const kind = what.startsWith('GET /frames/?') ? 'list' : what.startsWith('GET /files/') ? 'file' : ''
      if (kind === '' || done.has(kind)) return 'pass'
      done.add(kind)
      if (kind === 'file') return { after: 1_000, end: 'cut' }
      return { status: 503, headers: { 'retry-after': '1' }, body: '{"detail":"busy"}' }
    })
    archive.relay.seen.length = 0
    const running = startClient(archive, language.cone)
    expect([await running.ended, running.stderr]).toEqual([0, ''])
    expect(sumsOf(await filesIn(archive.folder))).toEqual(sumsOf(archive.wanted))
    const ranges = filesAsked().map(({ what, headers, status }) => [what.includes(damaged!), headers.range, status])
    expect(ranges).toEqual([
      [true, 'bytes=0-', 206],
      [true, 'bytes=1000-', 206],
    ])
  })

  test('a refusal ends it, and says what the archive said', async () => {
    archive.relay.decide(() => 'pass')
    const running = startClient(archive, language.cone, { TOKEN: 'nobody-has-this' })
    expect(await running.ended).not.toBe(0)
    expect(running.stderr).toContain('Invalid token.')
  })

  test('frames are listed, a ZIP is ordered and continued after a cut, a frame is posted', async () => {
    if (language.night === null) return
    let cut = false
    archive.relay.decide((what) => {
      if (cut || what !== 'POST /frames/zip/') return 'pass'
      cut = true
      return { after: 500_000, end: 'cut' }
    })
    archive.relay.seen.length = 0
    const running = startClient(archive, language.night)
    expect([await running.ended, running.stderr]).toEqual([0, ''])
    const lines = running.stdout.trim().split('\n')
    expect(lines.slice(0, 2)).toEqual(
      names()
        .slice(0, 2)
        .map((name) => expect.stringMatching(`^\\d+ ${name} M 31$`)),
    )
    const id = Number(lines.at(-1)!.replace('posted ', ''))
    const posted = (await (await archive.request(`/frames/${id}/`, { token: archive.root })).json()) as object
    expect(posted).toMatchObject({
      basename: 'cpt1m010-kb70-20160102-0042-e91',
      observation_date: '2016-01-02T18:04:05.678000Z',
      exposure_time: 30.1,
      reduction_level: 91,
      version_set: [{ md5: '1930de44d51464786f31ca37ee3136ff' }],
    })
    const rest = archive.relay.seen.filter(({ what }) => what.startsWith('GET /frames/zip/'))
    expect(rest.map(({ headers, status }) => [headers.range, status])).toEqual([['bytes=500000-', 206]])
    await expectZip(join(archive.folder, 'frames.zip'), [...archive.wanted].slice(0, 2))
  })
}

/** That a ZIP is whole, and holds these files. */
async function expectZip(path: string, files: [string, Buffer][]): Promise<void> {
  await run('unzip', ['-tq', path])
  for (const [name, bytes] of files) {
    const options = { encoding: 'buffer', maxBuffer: 1 << 24 } as const
    expect((await run('unzip', ['-p', path, `*${name}`], options)).stdout.equals(bytes)).toBe(true)
  }
}
