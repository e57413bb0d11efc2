import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestArchive, testArchive } from '../../support/archive.ts'
import { FAR, newFrame, newVersion, post } from '../../support/frames.ts'
import { account, startPortal, type TestPortal } from '../../support/portal.ts'

let archive: TestArchive
let portal: TestPortal
beforeAll(async () => {
  const staff = account('samwise', 'potatoes', ['beta'], { staff: true })
  portal = await startPortal([staff])
  archive = await testArchive(portal.env)
  const headers = { authorization: `Server ${portal.env.OAUTH_SERVER_KEY}` }
  expect((await archive.request('/authprofile/addupdateuser/', { json: staff.profile, headers })).status).toBe(200)
  await post(archive, newFrame('open'))
  await post(archive, newFrame('own', { proposal_id: 'beta', public_date: FAR }))
  await post(archive, newFrame('hidden', { proposal_id: 'alpha', public_date: FAR }))
})
afterAll(async () => {
  await archive.close()
  await portal.stop()
})

async function urlOf(name: string, token: string): Promise<string | undefined> {
  const { md5 } = newVersion(name)
  const response = await archive.request(`/versions/?md5=${md5}`, { token })
  const { count, results } = (await response.json()) as {
    count: number
    results: { id: number; md5: string; url?: string }[]
  }
  expect([count, results[0]!.md5]).toEqual([1, md5])
  const one = (await (await archive.request(`/versions/${results[0]!.id}/`, { token })).json()) as { url?: string }
  expect(one.url).toBe(results[0]!.url)
  return one.url
}

test('staff learn of every version, but only of frames that they may see where the file is fetched', async () => {
  const token = 'samwise-api-token'
  expect(await urlOf('open', token)).toContain('/files/')
  expect(await urlOf('own', token)).toContain('signature=')
  expect(await urlOf('hidden', token)).toBeUndefined()
  expect(await urlOf('hidden', archive.root)).toContain('signature=')
})

test('staff ask of many files at once', async () => {
  const token = 'samwise-api-token'
  const md5s = ['open', 'hidden', 'neither'].map((name) => newVersion(name).md5)
  const path = `/versions/known/?${[...md5s, 'a\0b'].map((md5) => `md5=${encodeURIComponent(md5)}`).join('&')}`
  const { results } = (await (await archive.request(path, { token })).json()) as { results: { md5: string }[] }
  const singly = await Promise.all(
    md5s.slice(0, 2).map(async (md5) => {
      const page = await (await archive.request(`/versions/?md5=${md5}`, { token })).json()
      return (page as { results: { md5: string }[] }).results[0]!
    }),
  )
  const byMd5 = (a: { md5: string }, b: { md5: string }) => (a.md5 < b.md5 ? -1 : 1)
  expect(results.sort(byMd5)).toEqual(singly.sort(byMd5))
  expect(await (await archive.request('/versions/known/', { token })).json()).toEqual({ results: [] })
  expect((await archive.request(path)).status).toBe(401)
  const { md5 } = newVersion('open')
  expect((await archive.request('/versions/known/', { token, method: 'POST', json: { md5 } })).status).toBe(405)
})
