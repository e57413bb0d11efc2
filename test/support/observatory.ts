import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, expect, vi } from 'vitest'
import { type TestArchive, testArchive } from './archive.ts'
import { dataFile, readJson } from './data.ts'
import { type Posted, store } from './frames.ts'
import { faultsOf } from './openapi.ts'
import { account, startPortal, type TestPortal } from './portal.ts'

/** What the reference's file library makes of a real file: where it is stored, its MD5, and the record that an ingester posts. */
export interface Fact {
  path: string
  md5: string
  extension: string
  record: Record<string, unknown> & {
    basename: string
    headers: Record<string, unknown>
    related_frame_filenames: string[]
    area: { coordinates: [number, number][][] } | null
  }
}

export const facts = readJson<Record<string, Fact>>('fits', 'records.json')
export const bytesOf = (name: string): Buffer => readFileSync(dataFile('fits', name))
export const md5 = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex')
export const JPEG = 'tfn0m419-sq32-20240426-0097-e91-small.jpg'
export const PDF = 'cptnrs03-fa13-20150219-0001-e92-summary.pdf'
export const names = Object.keys(facts).filter((name) => name !== JPEG)

/** The files by frame, in the order in which they are posted: the last is the frame's. */
export const basenames = [...new Set(names.map((name) => facts[name]!.record.basename))]

export const newest = (basename: string): string => names.findLast((name) => facts[name]!.record.basename === basename)!
export let archive: TestArchive
export let portal: TestPortal
export const posted = new Map<string, Posted>()

export async function ask<T>(path: string, token?: string): Promise<T> {
  const response = await archive.request(path, { token })
  expect([path, response.status]).toEqual([path, 200])
  const body = (await response.json()) as T
  expect(faultsOf('GET', path, { status: 200, type: response.headers.get('content-type'), body })).toEqual([])
  return body
}

export const versions = async (hash: string) =>
  (await ask<{ count: number }>(`/versions/?md5=${hash}`, archive.root)).count
export const local = (url: string): string => url.replace('http://localhost', '')
export const download = (url: string, token?: string) => archive.request(local(url), { token })

/** As an ingester works: is the file there; if not, post its record and put it where the answer says. */
export async function ingest(
  name: string,
  path: '/frames/' | '/thumbnails/',
): Promise<Posted & { frame: Posted; basename: string }> {
  const { record, md5: hash, extension } = facts[name]!
  const json = { ...record, version_set: [{ key: hash, md5: hash, extension }] }
  const response = await archive.request(path, { json, token: archive.root })
  const body = await response.json()
  expect([name, response.status, response.status === 201 ? null : body]).toEqual([name, 201, null])
  expect(faultsOf('POST', path, { status: 201, type: 'application/json', body })).toEqual([])
  await store(archive, body.url, bytesOf(name))
  return body
}

export interface Frame {
  id: number
  basename: string
  area?: { coordinates: [number, number][][] }
  url: string
  filename: string
  version_set: { md5: string; url: string }[]
  [field: string]: unknown
}

export const search = async (query: Record<string, string>, token?: string): Promise<string[]> =>
  (await ask<{ results: Frame[] }>(`/frames/?${new URLSearchParams({ limit: '100', ...query })}`, token)).results
    .map((row) => row.basename)
    .toSorted()

/** Starts a portal with two users and the archive that belongs to it. */
export function useObservatory(): void {
  beforeAll(async () => {
    const users = [account('frodo', 'theone', ['SDO', 'standard']), account('gollum', 'precious', [])]
    portal = await startPortal(users)
    archive = await testArchive({ ...portal.env, ZIP_DELIVERY: 'manifest' })
    for (const { profile } of users)
      await archive.request('/authprofile/addupdateuser/', {
        json: profile,
        headers: { authorization: `Server ${portal.env.OAUTH_SERVER_KEY}` },
      })
  })
  afterAll(async () => {
    await archive?.close()
    await portal?.stop()
  })
  afterEach(() => {
    vi.useRealTimers()
  })
}
