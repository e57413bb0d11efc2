import { createHash } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { crc32 } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { ANONYMOUS, ANY_FRAME, type Caller, type User } from '../../../src/caller.ts'
import { query, type Sql } from '../../../src/database/sql.ts'
import { checksumAll } from '../../../src/files/downloads/checksum.ts'
import { frameColumns } from '../../../src/queries/frames/columns.ts'
import { visibleTo } from '../../../src/queries/frames/visibility.ts'
import { type TestArchive, testArchive } from '../../support/archive.ts'
import { FAR, newFrame, PAST, type Posted, post } from '../../support/frames.ts'

let archive: TestArchive
beforeAll(async () => {
  archive = await testArchive()
})
afterAll(() => archive.close())

const md5Of = (text: string) => createHash('md5').update(text).digest('hex')
const PATH = 'cpt/kb70/20160102/raw'

/** A version as an ingester brings it: the file into the store, in the stead of the one before at its path, then the record. */
async function bring(basename: string, extension: string, text: string, replaces: string | null, over = {}) {
  const md5 = md5Of(text)
  const facts = {
    contentType: 'image/fits',
    filename: '',
    observationDate: null,
    md5,
    replaces: replaces && md5Of(replaces),
  }
  await archive.services.store.put(`${PATH}/${basename}${extension}`, new Blob([text]), facts)
  return post(archive, newFrame(basename, { version_set: [{ key: md5, md5, extension }], ...over }))
}
/** Versions of two extensions in turns. */
async function bringFour(basename: string, over = {}): Promise<Posted> {
  await bring(basename, '.fits', `${basename} one`, null, over)
  await bring(basename, '.fits.fz', `${basename} two, packed`, null, over)
  await bring(basename, '.fits', `${basename} three, longer`, `${basename} one`, over)
  return bring(basename, '.fits.fz', `${basename} four, packed, longer`, `${basename} two, packed`, over)
}
const CONTENTS = ['four, packed, longer', 'three, longer', 'two, packed', 'one']

const text = async (url: string, token?: string): Promise<string | number> => {
  const { pathname, search } = new URL(url)
  const response = await archive.request(pathname + search, { ...(token ? { token } : {}) })
  return response.ok ? response.text() : response.status
}
const filesLeft = async () =>
  (await readdir(archive.files, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile()).length

test.each([
  ['public', PAST],
  ['proprietary', FAR],
])('every version of a %s frame is at its URL, whatever the extensions', async (name, public_date) => {
  // with the next hour they are signed anew
  vi.useFakeTimers({ toFake: ['Date'] })
  onTestFinished(() => void vi.useRealTimers())
  const frame = await bringFour(name, { public_date })
  const urls = frame.version_set.map(({ url }) => url!)
  expect(await Promise.all(urls.map((url) => text(url)))).toEqual(CONTENTS.map((content) => `${name} ${content}`))
  const plain = urls.map((url) => new URL(url).searchParams.get('version') === null)
  expect(plain).toEqual([true, true, false, false])

  const listed = (await (await archive.request(`/frames/?basename=${name}`, { token: archive.root })).json()) as {
    results: Posted[]
  }
  expect(listed.results[0]!.version_set.map(({ url }) => url)).toEqual(urls)
  const alone = await Promise.all(
    frame.version_set.map(async ({ key }) => {
      const response = await archive.request(`/versions/?md5=${key}`, { token: archive.root })
      return ((await response.json()) as { results: { url: string }[] }).results[0]!.url
    }),
  )
  expect(alone).toEqual(urls)
})

test('without a signature the plain address and those of older versions open for whom the frame is visible', async () => {
  await bringFour('bare', { public_date: FAR })
  const address = (extension: string, version?: string) =>
    `http://x/files/${PATH}/bare${extension}${version === undefined ? '' : `?version=${md5Of(`bare ${version}`)}`}`
  const addresses = [address('.fits.fz'), address('.fits'), address('.fits.fz', 'two, packed'), address('.fits', 'one')]
  expect(await Promise.all(addresses.map((url) => text(url, archive.root)))).toEqual(CONTENTS.map((c) => `bare ${c}`))
  expect(await Promise.all(addresses.map((url) => text(url)))).toEqual([404, 404, 404, 404])
  // a version is not to be had under another's name
  expect(await text(address('.fits', 'two, packed'), archive.root)).toBe(404)
})

test('checksums of all versions are learnt', async () => {
  await bringFour('summed')
  const options = { concurrency: 2, rate: null, signal: new AbortController().signal, report: () => {} }
  expect((await checksumAll(archive.services, options)).failed).toEqual([])
  const rows = await archive.services
    .writer`select v.crc32::float8 from versions v join frames f on f.id = v.frame_id where f.basename = 'summed' order by v.id desc`
  expect(rows.map((row) => row.crc32)).toEqual(CONTENTS.map((content) => crc32(`summed ${content}`)))
})

test('a ZIP that was promised holds its file still when the frame has a newer one of another extension', async () => {
  const { id } = await bring('zipped', '.fits', 'zipped one', null)
  const posted = await archive.request('/frames/zip/', { json: { frame_ids: [id] } })
  expect(await posted.text()).toContain('zipped one')
  await bring('zipped', '.fits.fz', 'zipped two, packed', null)
  const again = await archive.request(posted.headers.get('content-location')!)
  expect([again.status, await again.text()]).toEqual([200, expect.stringContaining('zipped one')])
})

test('a frame that is deleted leaves no file of any version', async () => {
  const before = await filesLeft()
  const { id } = await bringFour('gone')
  expect(await filesLeft()).toBeGreaterThanOrEqual(before + 4)
  expect((await archive.request(`/frames/${id}/`, { method: 'DELETE', token: archive.root })).status).toBe(204)
  expect(await filesLeft()).toBe(before)
})

describe('the look-up of a path that is not signed', () => {
  const ROWS = 30_000
  const names = ['filled-7.fits', 'filled-7', 'filled-8-thumbnail']
  const callers: [string, Caller][] = [
    ['an anonymous caller', ANONYMOUS],
    ['a member of a proposal', { ...(ANY_FRAME as User), isStaff: false, isSuperuser: false, proposals: ['alpha'] }],
    ['a superuser', ANY_FRAME],
  ]
  const lookUp = (sql: Sql, caller: Caller) =>
    query(sql, 'frames/by_basenames', {
      columns: frameColumns(sql, { related: false, thumbnails: true }),
      visible: visibleTo(sql, caller),
      names,
    })

  beforeAll(async () => {
    const { writer } = archive.services
    await writer.begin(async (tx) => {
      // without what triggers do of each row, which takes a minute and more
      await tx`set local session_replication_role = replica`
      await tx`
        insert into frames (basename, observation_date, observation_day, proposal_id, instrument_id, target_name, reduction_level, site_id,
          telescope_id, primary_optical_element, public_date, configuration_type, created, modified)
        select 'filled-' || n, '2016-01-02', '2016-01-02', 'alpha', 'kb70', '', 0, 'cpt', '1m0a', '', '2016-01-02', 'EXPOSE', now(), now()
        from generate_series(1, ${ROWS}::int) n`
      await tx`
        insert into thumbnails (frame_id, size, basename, extension, key)
        select id, 'small', basename || '-thumbnail', '.jpg', md5(basename) from frames where basename like 'filled-%'`
      await tx`
        insert into versions (frame_id, key, md5, extension, created)
        select id, md5('key of ' || basename), md5(basename), '.fits', now() from frames where basename like 'filled-%'`
    })
    for (const table of ['frames', 'thumbnails', 'versions']) await writer`analyze ${writer(table)}`
  })

  test.each(callers)('by %s reads no table as a whole', async (_, caller) => {
    const { writer } = archive.services
    const plan = await writer`explain ${lookUp(writer, caller)}`
    const text = plan.map((line) => line['QUERY PLAN']).join('\n')
    expect(text).not.toContain('Seq Scan')
    expect(text.match(/Index (Only )?Scan|Bitmap Index Scan/g)!.length).toBeGreaterThanOrEqual(3)
    const rows = (await lookUp(writer, caller)) as unknown as { basename: string }[]
    expect(rows.map(({ basename }) => basename)).toEqual(['filled-7', 'filled-8'])
  })
})
