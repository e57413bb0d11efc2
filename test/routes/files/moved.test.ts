import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { unzipSync } from 'fflate'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { FileFacts } from '../../../src/files/store/store.ts'
import { type TestArchive, testArchive } from '../../support/archive.ts'
import { FAR, newFrame, newVersion, type Posted, post } from '../../support/frames.ts'

let archive: TestArchive
beforeAll(async () => {
  archive = await testArchive()
})
afterAll(() => archive.close())

type Json = Record<string, unknown>

const bytesOf = (text: string) => new Blob([text])
async function put(path: string, text: string): Promise<{ key: string; md5: string; extension: string }> {
  const { createHash } = await import('node:crypto')
  const md5 = createHash('md5').update(text).digest('hex')
  const facts: FileFacts = {
    contentType: 'image/fits',
    filename: 'x',
    observationDate: null,
    md5,
    replaces: null,
  }
  const { key } = await archive.services.store.put(path, bytesOf(text), facts)
  return { key, md5, extension: '.fits.fz' }
}

const patch = (id: number, json: unknown) =>
  archive.request(`/frames/${id}/`, { method: 'PATCH', json, token: archive.root })
const read = async (path: string): Promise<Json> =>
  (await archive.request(path, { token: archive.root })).json() as Promise<Json>

/** What is found under an address; null: nothing. */
async function fetched(url: string): Promise<string | null> {
  const { pathname, search } = new URL(url)
  const response = await archive.request(pathname + search)
  return response.status === 200 ? response.text() : null
}
const contents = async (id: number): Promise<(string | null)[]> => {
  const { version_set } = (await read(`/frames/${id}/`)) as unknown as Posted
  return Promise.all(version_set.map(({ url }) => fetched(url!)))
}

const folder = (site: string, day: string, kind = 'raw') => `${site}/kb70/${day}/${kind}`

describe('a file whose frame changes', () => {
  test.each([
    ['site', { site_id: 'lsc' }],
    ['instrument', { instrument_id: 'kb71' }],
    ['day', { observation_day: '2016-01-03' }],
    ['level', { reduction_level: 91 }],
    ['type', { configuration_type: 'BPM' }],
    ['name', { basename: 'moved-name-now' }],
  ])('is found where it was put: another %s', async (what, change) => {
    const name = `moved-${what}`
    const file = await put(`${folder('cpt', '20160102')}/${name}.fits.fz`, `bytes of ${what}`)
    const { id } = await post(archive, newFrame(name, { version_set: [file], public_date: FAR }))
    expect((await patch(id, change)).status).toBe(200)
    expect(await contents(id)).toEqual([`bytes of ${what}`])

    const stored = await archive.request(`/files/${folder('cpt', '20160102')}/${name}.fits.fz`, { token: archive.root })
    expect(await stored.text()).toBe(`bytes of ${what}`)
    const known = (await read(`/versions/?md5=${file.md5}`)) as { results: { url: string }[] }
    expect(await fetched(known.results[0]!.url)).toBe(`bytes of ${what}`)
    const zip = await archive.request('/frames/zip/', { json: { frame_ids: [id] }, token: archive.root })
    expect(
      Object.values(unzipSync(new Uint8Array(await zip.arrayBuffer()))).map((b) => new TextDecoder().decode(b)),
    ).toContain(`bytes of ${what}`)
    const unpacked = await archive.request(`/frame-funpack/${id}/funpack/`, { token: archive.root })
    // it is read, and is no FITS file
    expect(unpacked.status).toBe(422)
  })

  test('goes back to where it was, twice', async () => {
    const file = await put(`${folder('cpt', '20160102')}/to-and-fro.fits.fz`, 'to and fro')
    const { id } = await post(archive, newFrame('to-and-fro', { version_set: [file] }))
    for (const site_id of ['lsc', 'ogg', 'cpt', 'lsc']) {
      await patch(id, { site_id })
      expect(await contents(id), site_id).toEqual(['to and fro'])
    }
  })
})

test('a later version lies where the new values say, and the earlier one where it was', async () => {
  const first = await put(`${folder('cpt', '20160102')}/later.fits.fz`, 'the first')
  const { id } = await post(archive, newFrame('later', { version_set: [first] }))
  const second = await put(`${folder('cpt', '20160102', 'processed')}/later.fits.fz`, 'the second')
  await post(archive, newFrame('later', { version_set: [second], reduction_level: 91 }))
  expect(await contents(id)).toEqual(['the second', 'the first'])
  // level 11 and level 91 share a folder: the newest there takes the plain path, others are kept aside
  const third = await put(`${folder('cpt', '20160102', 'processed')}/later.fits.fz`, 'the third')
  await post(archive, newFrame('later', { version_set: [third], reduction_level: 11 }))
  expect(await contents(id)).toEqual(['the third', 'the second', 'the first'])
  const { version_set } = (await read(`/frames/${id}/`)) as unknown as Posted
  expect(version_set.map(({ url }) => new URL(url!).search)).toEqual(['', `?version=${second.key}`, ''])
})

test('a name that is given up and taken again by another frame shows each frame its own file', async () => {
  const wrong = await put(`${folder('cpt', '20160102')}/taken.fits.fz`, 'of the one that is renamed')
  const { id } = await post(archive, newFrame('taken', { version_set: [wrong], public_date: FAR }))
  await patch(id, { basename: 'taken-before' })
  expect(await contents(id)).toEqual(['of the one that is renamed'])
  const right = await put(`${folder('cpt', '20160102')}/taken.fits.fz`, 'of the one that has the name now')
  const other = await post(archive, newFrame('taken', { version_set: [right], public_date: FAR }))
  expect(await contents(id)).toEqual(['of the one that is renamed'])
  expect(await contents(other.id)).toEqual(['of the one that has the name now'])
})

test('a thumbnail is found where it was put, under another site or name; a new one where the new values say', async () => {
  const frame = await post(archive, newFrame('pictured'))
  const at = async (path: string, text: string) => {
    await mkdir(dirname(join(archive.files, path)), { recursive: true })
    await writeFile(join(archive.files, path), text)
  }
  await at('cpt/kb70/20160102/thumbnails/pictured-small.jpg', 'small')
  const sent = (name: string, version: string) => ({
    ...newFrame('pictured'),
    basename: name,
    frame_basename: 'pictured',
    size: 'small',
    version_set: [newVersion(version, '.jpg')],
  })
  await post(archive, sent('pictured-small', 'thumb 1'), '/thumbnails/')
  await patch(frame.id, { site_id: 'lsc', observation_day: '2016-02-02' })
  const shown = async () =>
    ((await read('/thumbnails/?frame_basename=pictured')) as { results: { id: number; url: string }[] }).results[0]!
  expect(await fetched((await shown()).url)).toBe('small')
  const { thumbnails } = (await read(`/frames/${frame.id}/?include_thumbnails=true`)) as {
    thumbnails: { url: string }[]
  }
  expect(await fetched(thumbnails[0]!.url)).toBe('small')
  const { id } = await shown()
  const renamed = { basename: 'pictured-tiny' }
  await archive.request(`/thumbnails/${id}/`, { method: 'PATCH', json: renamed, token: archive.root })
  expect(await fetched((await shown()).url)).toBe('small')

  await at('lsc/kb70/20160202/thumbnails/pictured-tiny.jpg', 'smaller')
  await post(archive, sent('pictured-tiny', 'thumb 2'), '/thumbnails/')
  expect(await fetched((await shown()).url)).toBe('smaller')
})
