import { afterAll, beforeAll, expect, test } from 'vitest'
import { ANY_FRAME } from '../../../src/caller.ts'
import type { Paging } from '../../../src/queries/counted_page.ts'
import { listVersions } from '../../../src/queries/versions/list.ts'
import { type TestArchive, testArchive } from '../../support/archive.ts'

const VERSIONS = 12_000

let archive: TestArchive
beforeAll(async () => {
  archive = await testArchive()
  const { writer } = archive.services
  await writer`
    insert into frames (basename, observation_date, proposal_id, instrument_id, target_name, reduction_level, site_id,
      telescope_id, primary_optical_element, configuration_type)
    select 'f' || g, '2016-01-01', 'p', 'kb70', '', 0, 'cpt', '1m0a', 'rp', 'EXPOSE' from generate_series(1, ${VERSIONS}::int) g`
  // the order is not that of ids, and some are of the same moment
  await writer`
    insert into versions (frame_id, key, md5, extension, created)
    select id, 'k' || id, 'm' || id, '.fits', '2016-01-01'::timestamptz + id * 7919 % 5000 * interval '1 second' from frames`
})
afterAll(() => archive?.close())

const list = async (paging: Paging, md5?: string) => {
  const { rows, ...rest } = await listVersions(archive.services.reader, ANY_FRAME, { ...paging, md5 })
  return { ...rest, ids: rows.map(({ id }) => id) }
}

test('a table that was never analysed is counted to its end, a known one beyond the bound is estimated', async () => {
  const page = { limit: 10, offset: 0, most: 1000 }
  const { reader, writer } = archive.services
  if ((await reader`select from pg_class where oid = 'versions'::regclass and reltuples > 0`).length === 0)
    expect(await list(page)).toMatchObject({ count: VERSIONS, estimated: false })
  await writer`analyze versions`
  const { count, estimated } = await list(page)
  expect(estimated).toBe(true)
  expect(Math.abs(count - VERSIONS)).toBeLessThan(VERSIONS / 2)
  expect(await list({ ...page, most: VERSIONS })).toMatchObject({ count: VERSIONS, estimated: false })
  expect(await list({ ...page, most: VERSIONS - 1 })).toMatchObject({ estimated: true })
  expect(await list({ ...page, exactly: true })).toMatchObject({ count: VERSIONS, estimated: false })
  expect(await list(page, 'm5')).toMatchObject({ count: 1, estimated: false, more: false })
  expect(await list(page, 'none')).toEqual({ count: 0, estimated: false, more: false, ids: [] })
})

test('pages are in their order at any offset, and an estimate never contradicts them', async () => {
  await archive.services.writer`analyze versions`
  const all = (
    await archive.services.reader<{ id: number }[]>`select id from versions order by created desc, id desc`
  ).map(({ id }) => id)
  for (const offset of [0, 5, 1000, VERSIONS - 10, VERSIONS - 3, VERSIONS, VERSIONS + 5]) {
    const { ids, more, count, estimated } = await list({ limit: 10, offset, most: 100 })
    expect({ ids, more }).toEqual({ ids: all.slice(offset, offset + 10), more: offset + 10 < VERSIONS })
    if (more) expect(count).toBeGreaterThanOrEqual(offset + 11)
    // whoever sees the last page knows how many there are
    else if (ids.length > 0) expect([count, estimated]).toEqual([VERSIONS, false])
    else expect(count).toBeLessThanOrEqual(offset)
  }
})

test('the answer says of an estimate that it is one, and only then', async () => {
  await archive.services.writer`analyze versions`
  const ask = async (query: string) =>
    (await (await archive.request(`/versions/?limit=1${query}`, { token: archive.root })).json()) as Record<
      string,
      unknown
    >
  const estimate = await ask('')
  expect(estimate).toMatchObject({ count_estimated: true, next: 'http://localhost/versions/?limit=1&offset=1' })
  expect(Object.keys(estimate)).toEqual(['count', 'count_estimated', 'next', 'previous', 'results'])
  for (const query of ['&force_count=true', `&offset=${VERSIONS - 1}`]) {
    const { count, ...rest } = await ask(query)
    expect(count).toBe(VERSIONS)
    expect(Object.keys(rest)).toEqual(['next', 'previous', 'results'])
  }
  const { count, ...rest } = await ask('&md5=m5')
  expect([count, rest.count_estimated, rest.next]).toEqual([1, undefined, null])
})
