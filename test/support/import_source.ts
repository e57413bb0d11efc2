import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { olderPath } from '../../src/files/store/local.ts'
import { framePath, thumbnailPath } from '../../src/files/store/paths.ts'
import type { Listening } from '../../src/runtimes/node/listen.ts'
import { openArchive, rootToken } from './archive.ts'
import { readJson } from './data.ts'
import { freePort } from './ports.ts'
import type { TestPostgres } from './postgres.ts'
import { serveArchive } from './serving.ts'

type Frame = Parameters<typeof framePath>[0] & {
  public_date: string | null
  headers: Record<string, unknown>
  version_set: { md5: string; key: string; extension: string }[]
}

/** An archive over HTTP that frames are taken from. */
export interface ImportSource {
  url: string
  /** Of its superuser. */
  token: string
  database: string
  files: string
  /** Basenames, in the order of their ids. */
  names: string[]
  /** Makes a frame with files of these contents, oldest first. */
  post(frame: object, contents?: [extension: string, content: string][]): Promise<void>
  /** Writes something else where the file of that content lies. */
  damage(frame: object, extension: string, content: string, otherwise?: string): void
  get<T = Record<string, unknown>>(path: string): Promise<T>
  patch(id: number, change: object): Promise<void>
  /** Nothing listens any more until `begin` is called. */
  halt(): Promise<void>
  begin(): Promise<void>
  close(): Promise<void>
}

/** A number that JavaScript would round. */
const DIGITS = '1.01292480000000012345'

const md5 = (text: string | Uint8Array): string => createHash('md5').update(text).digest('hex')

/** An archive with the frames of the recordings, each with files of its own, thumbnails, and frames with digits and times to keep. */
export async function importSource(pg: TestPostgres): Promise<ImportSource> {
  const files = mkdtempSync(join(tmpdir(), 'platestack-source-'))
  const database = await pg.createDatabase(undefined, 'template')
  const services = await openArchive({
    DATABASE_URL: database,
    FILESTORE_TYPE: 'local',
    FILESYSTEM_STORAGE_ROOT_DIR: files,
    CONFIGURATION_TYPES:
      'BIAS,DARK,EXPOSE,SPECTRUM,SKYFLAT,GUIDE,BPM,CATALOG,TARGET,ARC,STANDARD,LAMPFLAT,OLDTYPE,EXPERIMENTAL,TRAILED',
  })
  const token = await rootToken(services)
  const port = await freePort()
  const listening = (): Promise<Listening> => serveArchive({ services }, port)
  let server = await listening()
  const url = `http://127.0.0.1:${port}`
  const send = async (path: string, json: unknown) => {
    const headers = { authorization: `Token ${token}`, 'content-type': 'application/json' }
    const answer = await fetch(url + path, {
      method: 'POST',
      headers,
      body: JSON.stringify(json).replace(`"${DIGITS}"`, DIGITS),
    })
    if (answer.status !== 201) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
  }
  const put = (path: string, content: string) => {
    const file = join(files, path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, content)
  }
  const source: ImportSource = {
    url,
    token,
    database,
    files,
    names: [],
    damage(given, extension, content, otherwise = 'not what it was') {
      const path = framePath(given as Frame, extension)
      for (const place of [path, olderPath(path, md5(content))]) put(place, otherwise)
    },
    async post(given, contents) {
      const frame = given as Frame
      const own = frame.version_set.map(({ extension }, i): [string, string] => [
        extension,
        `${frame.basename}${extension} ${i} ${frame.version_set[i]!.md5} `.repeat(50),
      ])
      const version_set = (contents ?? own).map(([extension, content]) => {
        const path = framePath(frame, extension)
        put(path, content)
        put(olderPath(path, md5(content)), content)
        return { key: md5(content), md5: md5(content), extension }
      })
      await send('/frames/', { ...frame, version_set })
      if (!source.names.includes(frame.basename)) source.names.push(frame.basename)
    },
    async get(path) {
      const answer = await fetch(url + path, { headers: { authorization: `Token ${token}` } })
      return JSON.parse(await answer.text())
    },
    async patch(id, change) {
      const headers = { authorization: `Token ${token}`, 'content-type': 'application/json' }
      const answer = await fetch(`${url}/frames/${id}/`, { method: 'PATCH', headers, body: JSON.stringify(change) })
      if (answer.status !== 200) throw new Error(await answer.text())
    },
    halt: () => server.stop(),
    async begin() {
      server = await listening()
    },
    async close() {
      await server.stop()
      await services.close()
      rmSync(files, { recursive: true, force: true })
    },
  }
  const frames = readJson<Frame[]>('contract', 'frames.json')
  for (const frame of frames) await source.post(frame)
  const [first] = frames as [Frame]
  for (const size of ['small', 'large']) {
    const basename = `${first.basename}-${size}`
    const content = `a ${size} picture of ${first.basename}`
    put(thumbnailPath({ ...first, observation_day: '20160101' }, `${basename}.jpg`), content)
    const version_set = [{ key: md5(content), md5: md5(content), extension: '.jpg' }]
    await send('/thumbnails/', { ...first, basename, size, frame_basename: first.basename, version_set })
  }
  await source.post({
    ...first,
    basename: 'digits',
    observation_date: '2016-01-02T03:04:05.000001',
    exposure_time: 0.1 + 0.2,
    configuration_type: 'OLDTYPE',
    public_date: null,
    headers: { AIRMASS: DIGITS, TINY: 1e-12, EMPTY: '', NULL: null, TEXT: 'µ "quoted" \\ ½' },
    area: {
      type: 'Polygon',
      coordinates: [
        [
          [359.9, -10.123456789],
          [0.2, -10.1],
          [0.2, -9.9],
          [359.9, -9.9],
          [359.9, -10.123456789],
        ],
      ],
    },
    version_set: [{ extension: '.fits.fz' }],
  })
  return source
}
