import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type TestArchive, testArchive } from '../../support/archive.ts'
import { FAR, newFrame, newVersion, post } from '../../support/frames.ts'

let archive: TestArchive
beforeAll(async () => {
  archive = await testArchive()
})
afterAll(() => archive?.close())

const body = async (path: string, init: Parameters<TestArchive['request']>[1] = {}) => {
  const response = await archive.request(path, { token: archive.root, ...init })
  expect([path, Math.floor(response.status / 100)]).toEqual([path, 2])
  return response.status === 204 ? null : response.json()
}
const modifiedOf = async (id: number): Promise<string> =>
  ((await body(`/frames/${id}/?include_modified=true`)) as { modified: string }).modified
const listed = async (query: string): Promise<string[]> =>
  ((await body(`/frames/?${query}`)) as { results: { basename: string }[] }).results.map((f) => f.basename).toSorted()
const thumbnail = (frame: string, size: string) => ({
  ...newFrame(`${frame}-${size}`),
  frame_basename: frame,
  size,
  configuration_type: '',
  version_set: [newVersion(`${frame}-${size}`, '.jpg')],
})

describe('include_modified', () => {
  test('adds the time to lists of either style and to details, in the form of other times; without it nothing is added', async () => {
    const { id } = await post(archive, newFrame('shown'))
    const form = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?Z$/
    const plain = (await body(`/frames/${id}/`)) as object
    const shown = await body(`/frames/${id}/?include_modified=true`)
    expect(shown).toEqual({ ...plain, modified: expect.stringMatching(form) })
    for (const style of ['offset', 'cursor']) {
      const at = `/frames/?basename_exact=shown&pagination_style=${style}`
      const page = (more: string) => body(at + more) as Promise<{ results: unknown[] }>
      expect((await page('&include_modified=true')).results).toEqual([shown])
      for (const without of ['', '&include_modified=false', '&include_modified='])
        expect((await page(without)).results).toEqual([plain])
    }
  })
})

describe('modified_after and modified_before', () => {
  test('keep what is strictly after or before, to the microsecond', async () => {
    const { id } = await post(archive, newFrame('boundary'))
    const at = await modifiedOf(id)
    const only = 'basename_exact=boundary'
    const micros = (n: number) =>
      `${at.slice(0, 20)}${String(Number(at.slice(20, 26)) + n).padStart(6, '0')}Z`.replace(/\.(-|\d{7}).*/, '')
    expect(await listed(`${only}&modified_after=${at}`)).toEqual([])
    expect(await listed(`${only}&modified_before=${at}`)).toEqual([])
    expect(await listed(`${only}&modified_after=${micros(-1)}`)).toEqual(['boundary'])
    expect(await listed(`${only}&modified_before=${micros(1)}`)).toEqual(['boundary'])
  })

  test('show to nobody more than they may see', async () => {
    const { id } = await post(archive, newFrame('hidden', { public_date: FAR }))
    const since = `/frames/?modified_after=2000-01-01&basename_exact=hidden`
    expect(await body(since, { token: undefined })).toMatchObject({ count: 0, results: [] })
    expect((await archive.request(`/frames/${id}/?include_modified=true`)).status).toBe(404)
  })

  test('what is no time is refused', async () => {
    const response = await archive.request('/frames/?modified_after=yesterday&modified_before=1')
    expect([response.status, await response.json()]).toEqual([
      400,
      { modified_after: ['Enter a valid date/time.'], modified_before: ['Enter a valid date/time.'] },
    ])
  })
})

describe('a frame is modified by', () => {
  /** The frames that a write modifies, of these; a mirror that asks from before it on finds them. */
  async function modifies(names: readonly string[], write: (ids: number[]) => Promise<unknown>): Promise<string[]> {
    const ids: number[] = []
    for (const name of names) ids.push((await post(archive, newFrame(name))).id)
    const before = await Promise.all(ids.map(modifiedOf))
    const newest = before.toSorted().at(-1)!
    await write(ids)
    const after = await Promise.all(ids.map(modifiedOf))
    const changed = names.filter((_, i) => after[i]! > before[i]!)
    expect(after.every((at, i) => at >= before[i]!)).toBe(true)
    expect((await listed(`modified_after=${newest}&limit=1000`)).filter((name) => names.includes(name))).toEqual(
      changed.toSorted(),
    )
    return changed
  }
  const patch = (id: number, json: unknown) => body(`/frames/${id}/`, { method: 'PATCH', json })

  test('a change of its metadata or headers, by PATCH, PUT and POST', async () => {
    expect(await modifies(['patched', 'other'], ([id]) => patch(id!, { target_name: 'M 32' }))).toEqual(['patched'])
    expect(await modifies(['reheaded'], ([id]) => patch(id!, { headers: { OBJECT: 'M 32' } }))).toEqual(['reheaded'])
    expect(
      await modifies(['replaced'], ([id]) =>
        body(`/frames/${id}/`, {
          method: 'PUT',
          json: newFrame('replaced', { version_set: [newVersion('put again')] }),
        }),
      ),
    ).toEqual(['replaced'])
    expect(await modifies(['renamed'], ([id]) => patch(id!, { basename: 'renamed' }))).toEqual(['renamed'])
  })

  test('a new version, by PATCH, POST and in bulk', async () => {
    const version_set = (name: string) => ({ version_set: [newVersion(`${name} again`)] })
    expect(await modifies(['v-patch'], ([id]) => patch(id!, version_set('v-patch')))).toEqual(['v-patch'])
    expect(await modifies(['v-post'], () => post(archive, newFrame('v-post', version_set('v-post'))))).toEqual([
      'v-post',
    ])
    expect(
      await modifies(['v-bulk'], () =>
        body('/frames/bulk/', {
          method: 'POST',
          body: `${JSON.stringify(newFrame('v-bulk', version_set('v-bulk')))}\n`,
          headers: { 'content-type': 'application/x-ndjson' },
        }),
      ),
    ).toEqual(['v-bulk'])
  })

  test('a link that it names; the other side learns it from there', async () => {
    expect(await modifies(['names', 'named'], ([id]) => patch(id!, { related_frame_filenames: ['named'] }))).toEqual([
      'names',
    ])
    const [one] = ((await body('/frames/?basename_exact=names')) as { results: { related_frames: number[] }[] }).results
    const [two] = ((await body('/frames/?basename_exact=named')) as { results: { id: number }[] }).results
    expect(one!.related_frames).toEqual([two!.id])
  })

  test('its thumbnails: added, replaced, changed, given to another frame, deleted', async () => {
    const add = async (frame: string, file = frame): Promise<number> => {
      await post(archive, { ...thumbnail(frame, 'small'), version_set: [newVersion(file, '.jpg')] }, '/thumbnails/')
      const all = (await body(`/thumbnails/?frame_basename=${frame}`)) as { results: { id: number }[] }
      return all.results[0]!.id
    }
    const change = (id: number, method: string, json?: unknown) => body(`/thumbnails/${id}/`, { method, json })
    expect(await modifies(['t-add', 't-other'], () => add('t-add'))).toEqual(['t-add'])
    const later = (name: string, write: (id: number) => Promise<unknown>) =>
      modifies([name, `${name}-2`], async ([frame]) => {
        const id = await add(name)
        const added = await modifiedOf(frame!)
        await write(id)
        expect([name, (await modifiedOf(frame!)) > added]).toEqual([name, true])
      })
    expect(await later('t-replace', () => add('t-replace', 'another file'))).toEqual(['t-replace'])
    expect(await later('t-change', (id) => change(id, 'PATCH', { size: 'large' }))).toEqual(['t-change'])
    expect(await later('t-move', (id) => change(id, 'PATCH', { frame_basename: 't-move-2' }))).toEqual([
      't-move',
      't-move-2',
    ])
    expect(await later('t-delete', (id) => change(id, 'DELETE'))).toEqual(['t-delete'])
  })
})
