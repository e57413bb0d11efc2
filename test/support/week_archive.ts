import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Environment } from '../../src/config/config.ts'
import { type TestArchive, testArchive } from './archive.ts'
import { FAR, newFrame, type Posted, post, store } from './frames.ts'
import { type HttpRelay, startHttpRelay } from './http_relay.ts'
import { launch, type Running, type Variables } from './program.ts'
import { serveArchive } from './serving.ts'

/** An archive that serves on a port, with files, behind a relay; a folder for a client. */
export interface WeekArchive extends Pick<TestArchive, 'request' | 'root' | 'services'> {
  relay: HttpRelay
  /** Where a client finds the archive, by the relay. */
  url: string
  /** The files of the frames within half a degree of M 31 that were observed in the first week of 2016, by name. */
  wanted: Map<string, Buffer>
  folder: string
  close(): Promise<void>
}

const square = (ra: number, dec: number) =>
  `POLYGON((${[
    [-1, -1],
    [1, -1],
    [1, 1],
    [-1, 1],
    [-1, -1],
  ]
    .map(([x, y]) => `${ra + x! / 5} ${dec + y! / 5}`)
    .join(', ')}))`
const M31 = { site_id: 'cpt', area: square(10.68, 41.27) }

/** Frames of M 31 in that week, one of them not public; and others, of another week or place. */
const FRAMES: [basename: string, size: number, over: Record<string, unknown>][] = [
  ['cpt1m010-kb70-20160102-0010-e00', 600_000, M31],
  ['cpt1m010-kb70-20160102-0011-e00', 0, M31],
  ['cpt1m010-kb70-20160102-0012-e00', 900_000, { ...M31, public_date: FAR }],
  ['cpt1m010-kb70-20160102-0013-e00', 40_000, { ...M31, observation_date: '2016-01-07T23:59:59.999999' }],
  ['cpt1m010-kb70-20160102-0014-e00', 600_000, M31],
  ['cpt1m010-kb70-20160108-0010-e00', 1_000, { ...M31, observation_date: '2016-01-08T00:00:00.000001' }],
  ['cpt1m010-kb70-20160102-0020-e00', 1_000, { site_id: 'cpt', area: square(40.68, -1.27) }],
]
const WANTED = FRAMES.slice(0, 5).map(([name]) => name)

const md5 = (bytes: Uint8Array) => createHash('md5').update(bytes).digest('hex')

/** An archive whose pages hold two frames unless another size is asked for. */
export async function weekArchive(env: Environment = {}): Promise<WeekArchive> {
  const archive = await testArchive({ PAGINATION_DEFAULT_LIMIT: '2', ...env })
  const listening = await serveArchive(archive)
  const relay = await startHttpRelay(listening.port)
  const wanted = new Map<string, Buffer>()
  for (const [basename, size, over] of FRAMES) {
    const bytes = randomBytes(size)
    const version_set = [{ key: md5(Buffer.from(basename)), md5: md5(bytes), extension: '.fits.fz' }]
    const { url } = await post<Posted>(archive, newFrame(basename, { ...over, version_set }))
    await store(archive, url!, bytes)
    if (WANTED.includes(basename)) wanted.set(`${basename}.fits.fz`, bytes)
  }
  const folder = await mkdtemp(join(tmpdir(), 'platestack-client-'))
  return {
    request: archive.request,
    root: archive.root,
    services: archive.services,
    relay,
    url: `http://127.0.0.1:${relay.port}`,
    wanted,
    folder,
    async close() {
      await relay.close()
      await listening.stop()
      await archive.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Starts a client's program in its folder: it finds address and token in ARCHIVE and TOKEN. */
export function startClient(archive: WeekArchive, [command, ...args]: readonly string[], env: Variables = {}): Running {
  const running = launch(command!, args, {
    cwd: archive.folder,
    env: { ARCHIVE: archive.url, TOKEN: archive.root, HOME: archive.folder, ...env },
  })
  running.child.stdin.end()
  return running
}

/** What is in a client's folder, by name. */
export async function filesIn(folder: string): Promise<Map<string, Buffer>> {
  const files = (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isFile())
  return new Map(await Promise.all(files.map(async ({ name }) => [name, await readFile(join(folder, name))] as const)))
}

/** The MD5s of files, by name; comparing the bytes themselves takes vitest half a minute. */
export const sumsOf = (files: Map<string, Buffer>): Record<string, string> =>
  Object.fromEntries([...files].map(([name, bytes]) => [name, md5(bytes)]))
