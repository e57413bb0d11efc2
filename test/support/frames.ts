import { createHash } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { olderPath } from '../../src/files/store/local.ts'
import type { TestArchive } from './archive.ts'

export const PAST = '2015-01-01T00:00:00'
export const FAR = '3015-09-19T03:04:05.678'

const md5 = (text: string): string => createHash('md5').update(text).digest('hex')

/** A version whose key and MD5 nothing else has. */
export const newVersion = (name: string, extension = '.fits.fz') => ({
  key: md5(`key of ${name}`),
  md5: md5(name),
  extension,
})

/** A frame as an ingester posts it; public unless `over` says otherwise. */
export const newFrame = (basename: string, over: Record<string, unknown> = {}): Record<string, unknown> => ({
  basename,
  observation_date: '2016-01-02T03:04:05',
  observation_day: '2016-01-02',
  proposal_id: 'alpha',
  instrument_id: 'kb70',
  target_name: 'M 31',
  reduction_level: 0,
  site_id: 'cpt',
  telescope_id: '1m0a',
  exposure_time: 30,
  primary_optical_element: 'rp',
  public_date: PAST,
  configuration_type: 'EXPOSE',
  observation_id: 1,
  request_id: 2,
  area: null,
  related_frame_filenames: [],
  headers: { OBJECT: 'M 31' },
  version_set: [newVersion(basename)],
  ...over,
})

export interface Posted {
  id: number
  url?: string
  version_set: { key: string; url?: string }[]
}

/** Posts a frame as the superuser; what is not a 201 is a failure of the test. */
export async function post<T = Posted>(archive: TestArchive, json: unknown, path = '/frames/'): Promise<T> {
  const response = await archive.request(path, { json, token: archive.root })
  if (response.status !== 201) throw new Error(`POST ${path}: ${response.status} ${await response.text()}`)
  return (await response.json()) as T
}

/** Puts a file where a URL of the archive's own says that it is. */
export async function store(archive: TestArchive, url: string, bytes: Uint8Array | string): Promise<void> {
  const { pathname, searchParams } = new URL(url)
  const path = decodeURIComponent(pathname.replace(/^\/files\//, ''))
  const version = searchParams.get('version')
  const file = join(archive.files, version === null ? path : olderPath(path, version))
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, bytes)
}
