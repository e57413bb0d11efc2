import { afterAll, beforeAll, expect, test } from 'vitest'
import { inTransaction } from '../../../src/database/races.ts'
import { type TestArchive, testArchive } from '../../support/archive.ts'
import { blocked } from '../../support/blocked.ts'
import { newFrame, newVersion, type Posted, post } from '../../support/frames.ts'

let archive: TestArchive
beforeAll(async () => {
  archive = await testArchive()
})
afterAll(() => archive.close())

/** Adds a version as another server does, whose clock is ahead by so much. */
const added = (id: number, name: string, ahead: string) => {
  const { key, md5, extension } = newVersion(name)
  return archive.services.writer`
    insert into versions (frame_id, key, md5, extension, created)
    values (${id}, ${key}, ${md5}, ${extension}, now() + ${ahead}::interval)`
}
const shown = async (id: number): Promise<{ key: string; created: string }[]> =>
  (await (await archive.request(`/frames/${id}/`)).json()).version_set
const keys = (...names: string[]) => names.map((name) => newVersion(name).key)

test('a new version is the newest, however far ahead another server has been', async () => {
  const { id } = await post(archive, newFrame('ahead'))
  await added(id, 'ahead 2', '90 seconds')
  const answer = await post<Posted & { url: string }>(
    archive,
    newFrame('ahead', { version_set: [newVersion('ahead 3')] }),
  )
  expect(answer.version_set[0]!.key).toBe(newVersion('ahead 3').key)
  expect((await shown(id)).map(({ key }) => key)).toEqual(keys('ahead 3', 'ahead 2', 'ahead'))
})

test('a server whose clock is behind adds the newest too', async () => {
  const { id } = await post(archive, newFrame('behind'))
  await added(id, 'behind 2', '-1 day')
  await added(id, 'behind 3', '-2 days')
  const versions = await shown(id)
  expect(versions.map(({ key }) => key)).toEqual(keys('behind 3', 'behind 2', 'behind'))
  expect(new Set(versions.map(({ created }) => created)).size).toBe(3)
})

test('versions of one request keep their order and their microseconds behind one that is later', async () => {
  const { id } = await post(archive, newFrame('several'))
  await added(id, 'several 0', '1 hour')
  const names = Array.from({ length: 12 }, (_, i) => `several ${i + 1}`)
  await post(archive, newFrame('several', { version_set: names.map((name) => newVersion(name)) }))
  const versions = await shown(id)
  expect(versions.map(({ key }) => key)).toEqual(keys(...names.toReversed(), 'several 0', 'several'))
  const micros = versions.map(({ created }) => Number(created.slice(-7, -1)))
  for (let i = 0; i < 12; i++) expect((micros[i]! - micros[i + 1]! + 1e6) % 1e6).toBe(1)
})

test('a clock that is right is left alone', async () => {
  const { id } = await post(archive, newFrame('right'))
  await added(id, 'right 2', '2.000001 seconds')
  const [row] = await archive.services.writer`
    select created - lag(created) over (order by id) > interval '1 second' as untouched
    from versions where frame_id = ${id} order by id desc limit 1`
  expect(row!.untouched).toBe(true)
})

test('of two servers that add at once the one that commits last adds the newest', async () => {
  const { id } = await post(archive, newFrame('at-once'))
  let answer: Promise<unknown> | undefined
  await inTransaction(archive.services.writer, async (tx) => {
    const { key, md5, extension } = newVersion('at-once 2')
    await tx`insert into versions (frame_id, key, md5, extension, created)
      values (${id}, ${key}, ${md5}, ${extension}, now() + interval '90 seconds')`
    answer = added(id, 'at-once 3', '0').execute()
    await blocked(archive)
  })
  await answer
  expect((await shown(id)).map(({ key }) => key)).toEqual(keys('at-once 3', 'at-once 2', 'at-once'))
})
