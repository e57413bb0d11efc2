import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, rm, utimes, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { inTransaction } from '../../../src/database/races.ts'
import { olderPath } from '../../../src/files/store/local.ts'
import { claim } from '../../../src/queries/removals.ts'
import { type TestArchive, testArchive } from '../../support/archive.ts'
import { newFrame, newVersion, type Posted, post, store } from '../../support/frames.ts'

let archive: TestArchive
beforeAll(async () => {
  archive = await testArchive()
})
afterAll(() => archive.close())
beforeEach(() => {
  archive.logged.length = 0
})

const pathOf = (name: string) => `cpt/kb70/20160102/raw/${name}.fits.fz`
const at = (path: string) => join(archive.files, path)
const remove = async (id: number, kind = 'frames') =>
  (await archive.request(`/${kind}/${id}/`, { method: 'DELETE', token: archive.root })).status
const list = async () =>
  (await archive.services.writer.unsafe('select path, key, attempts from removals order by path, key')).map((row) => ({
    ...row,
  }))
const nowDue = () => archive.services.writer.unsafe('update removals set next_try = now()')
const said = () => archive.logged.map(({ level, message }) => `${level}: ${message}`)

/** A frame with a file that cannot be removed: there is a folder at its place. */
async function stuck(name: string): Promise<Posted> {
  const frame = await post(archive, newFrame(name))
  await mkdir(at(pathOf(name)), { recursive: true })
  return frame
}
async function unstick(name: string, text: string): Promise<void> {
  await rm(at(pathOf(name)), { recursive: true })
  await writeFile(at(pathOf(name)), text)
  // as old as it would be
  await utimes(at(pathOf(name)), new Date(2020, 1), new Date(2020, 1))
}

const BEGIN = 'warning: stored files cannot be removed: they stay on the list and are tried again'
const END = 'info: stored files are removed again'

test('a file that cannot be removed stays on the list until it can; that is said once, and when it is over', async () => {
  const frames = [await stuck('stuck-1'), await stuck('stuck-2')]
  for (const { id } of frames) expect(await remove(id)).toBe(204)
  expect(await remove(frames[0]!.id)).toBe(404)
  expect(await list()).toEqual([
    { path: pathOf('stuck-1'), key: newVersion('stuck-1').key, attempts: 1 },
    { path: pathOf('stuck-2'), key: newVersion('stuck-2').key, attempts: 1 },
  ])
  expect(said()).toEqual([BEGIN])

  // not due yet: a pause comes first, which is not over on a slow machine either
  await archive.services.writer.unsafe("update removals set next_try = next_try + interval '1 minute'")
  expect(await archive.services.removals.removeDue()).toBe('well')
  expect((await list()).map(({ attempts }) => attempts)).toEqual([1, 1])
  await nowDue()
  expect(await archive.services.removals.removeDue()).toBe('badly')
  const pauses = await archive.services.writer.unsafe(
    'select extract(epoch from next_try - now())::int as pause from removals',
  )
  for (const { pause } of pauses) expect(pause).toBeGreaterThan(2)
  expect(said()).toEqual([BEGIN])

  for (const name of ['stuck-1', 'stuck-2']) await unstick(name, name)
  await nowDue()
  expect(await archive.services.removals.removeDue()).toBe('well')
  expect(await list()).toEqual([])
  expect(existsSync(at(pathOf('stuck-1'))) || existsSync(at(pathOf('stuck-2')))).toBe(false)
  expect(said()).toEqual([BEGIN, END])
})

describe('while a removal waits', () => {
  test('the same version, recorded again, keeps its file', async () => {
    const { id } = await stuck('again')
    await remove(id)
    await unstick('again', 'again')
    await post(archive, newFrame('again'))
    await nowDue()
    await archive.services.removals.removeDue()
    expect(existsSync(at(pathOf('again')))).toBe(true)
    expect(await list()).toEqual([])
  })

  test('another version that has taken the plain path keeps it, and the old one goes from aside', async () => {
    const { id } = await stuck('other')
    await remove(id)
    await unstick('other', 'the new one')
    const aside = at(olderPath(pathOf('other'), newVersion('other').key))
    await mkdir(dirname(aside), { recursive: true })
    await writeFile(aside, 'the old one')
    await post(archive, newFrame('other', { version_set: [newVersion('other 2')], observation_date: null }))
    await nowDue()
    await archive.services.removals.removeDue()
    expect([existsSync(at(pathOf('other'))), existsSync(aside)]).toEqual([true, false])
    expect(await list()).toEqual([])
  })

  test('what has been uploaded since, and is not recorded yet, is left alone', async () => {
    const { id } = await stuck('upload')
    await remove(id)
    await unstick('upload', 'uploaded since')
    await utimes(at(pathOf('upload')), new Date(), new Date(Date.now() + 1000))
    await nowDue()
    await archive.services.removals.removeDue()
    expect(existsSync(at(pathOf('upload')))).toBe(true)
    expect(await list()).toHaveLength(1)
    // nothing has come of that upload for a day
    await utimes(at(pathOf('upload')), new Date(2020, 1), new Date(Date.now() - 90_000_000))
    await nowDue()
    await archive.services.removals.removeDue()
    expect(existsSync(at(pathOf('upload')))).toBe(false)
    expect(await list()).toEqual([])
  })

  test('so is what was uploaded before the turn of a file of many that were noted together', async () => {
    const { writer, removals } = archive.services
    const path = pathOf('batch')
    const { key } = newVersion('batch')
    const noted = await inTransaction(writer, (tx) => removals.note(tx, [{ path, key, newest: true }]))
    await mkdir(dirname(at(path)), { recursive: true })
    await writeFile(at(path), 'ingested anew')
    await utimes(at(path), new Date(), new Date(Date.now() + 1000))
    await removals.remove(noted)
    expect(existsSync(at(path))).toBe(true)
    expect(await list()).toHaveLength(1)
    await post(archive, newFrame('batch'))
    await nowDue()
    await removals.removeDue()
    expect(existsSync(at(path))).toBe(true)
    expect(await list()).toEqual([])
  })
})

test('several instances never claim the same', async () => {
  const { writer } = archive.services
  await writer.unsafe(
    "insert into removals (path, key, newest) select 'a/b/' || n || '.fits', n::text, true from generate_series(1, 30) n",
  )
  const claims: string[][] = []
  const take = async () => claims.push((await claim(writer, 10)).map(({ id }) => id))
  let others: Promise<unknown> = Promise.resolve()
  await inTransaction(writer, async (tx) => {
    claims.push((await claim(tx, 10)).map(({ id }) => id))
    others = Promise.all([take(), take()])
  })
  await others
  expect(claims.map((ids) => ids.length)).toEqual([10, 10, 10])
  expect(new Set(claims.flat()).size).toBe(30)
  await nowDue()
  await archive.services.removals.removeDue()
  expect(await list()).toEqual([])
})

describe('the file of a thumbnail', () => {
  const sent = (version: string, over: Record<string, unknown> = {}) => {
    const { area: _a, headers: _h, related_frame_filenames: _r, ...metadata } = newFrame('pictured')
    const version_set = [newVersion(version, '.jpg')]
    return { ...metadata, basename: 'pictured-small', frame_basename: 'pictured', size: 'small', version_set, ...over }
  }
  const path = 'cpt/kb70/20160102/thumbnails/pictured-small.jpg'
  const write = async (to: string) => {
    await mkdir(dirname(at(to)), { recursive: true })
    await writeFile(at(to), 'a picture')
  }

  test('goes when another takes its place, by POST or PATCH, and with it by DELETE', async () => {
    await post(archive, newFrame('pictured'))
    await post(archive, sent('first'), '/thumbnails/')
    const first = olderPath(path, newVersion('first', '.jpg').key)
    const second = olderPath(path, newVersion('second', '.jpg').key)
    for (const file of [path, first, second]) await write(file)
    await post(archive, sent('second'), '/thumbnails/')
    expect([path, first, second].map((file) => existsSync(at(file)))).toEqual([true, false, true])
    const { results } = (await (await archive.request('/thumbnails/?frame_basename=pictured')).json()) as {
      results: { id: number; url: string }[]
    }
    const json = { version_set: [newVersion('third', '.jpg')] }
    await archive.request(`/thumbnails/${results[0]!.id}/`, { method: 'PATCH', json, token: archive.root })
    expect([path, second].map((file) => existsSync(at(file)))).toEqual([true, false])
    // sent again as it is
    await post(archive, sent('third'), '/thumbnails/')
    expect(existsSync(at(path))).toBe(true)
    expect(await remove(results[0]!.id, 'thumbnails')).toBe(204)
    expect(existsSync(at(path))).toBe(false)
    expect(await list()).toEqual([])
  })

  test('goes from where it was when the frame has moved and a new one is stored elsewhere', async () => {
    const frame = await post(archive, newFrame('moved'))
    const over = { basename: 'moved-small', frame_basename: 'moved' }
    await post(archive, sent('moved 1', over), '/thumbnails/')
    const [before, after] = ['cpt', 'lsc'].map((site) => `${site}/kb70/20160102/thumbnails/moved-small.jpg`)
    for (const file of [before!, after!]) await write(file)
    const json = { site_id: 'lsc' }
    await archive.request(`/frames/${frame.id}/`, { method: 'PATCH', json, token: archive.root })
    await post(archive, sent('moved 2', over), '/thumbnails/')
    expect([before!, after!].map((file) => existsSync(at(file)))).toEqual([false, true])
  })
})

test('of a frame that has moved, all files go from where they were', async () => {
  const { id, url } = await post(archive, newFrame('moves'))
  await store(archive, url!, 'bytes')
  await archive.request(`/frames/${id}/`, { method: 'PATCH', json: { site_id: 'lsc' }, token: archive.root })
  expect(await remove(id)).toBe(204)
  expect(existsSync(at(pathOf('moves')))).toBe(false)
})

test('the bytes of a deleted frame are gone from a path that another frame had before', async () => {
  const digest = (text: string) => createHash('md5').update(text).digest('hex')
  const version = (text: string) => ({ key: digest(text), md5: digest(text), extension: '.fits.fz' })
  const path = pathOf('shared')
  const first = await post(archive, newFrame('shared', { version_set: [version('first')] }))
  const renamed = { method: 'PATCH', token: archive.root, json: { basename: 'renamed' } }
  expect((await archive.request(`/frames/${first.id}/`, renamed)).status).toBe(200)
  // the second file took the place, and the first was kept
  const second = await post(archive, newFrame('shared', { public_date: null, version_set: [version('second')] }))
  await mkdir(dirname(at(olderPath(path, digest('first')))), { recursive: true })
  await writeFile(at(olderPath(path, digest('first'))), 'first')
  await mkdir(dirname(at(path)), { recursive: true })
  await writeFile(at(path), 'second')
  expect(await remove(second.id)).toBe(204)
  expect(existsSync(at(path))).toBe(false)
  const { url } = (await (await archive.request(`/frames/${first.id}/`)).json()) as { url: string }
  expect(await (await archive.request(new URL(url).pathname + new URL(url).search)).text()).toBe('first')
})
