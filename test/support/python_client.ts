import { execFile } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import { hashPassword } from '../../src/auth/passwords.ts'
import type { Environment } from '../../src/config/config.ts'
import { addSuperuser } from '../../src/queries/users/save.ts'
import { listen } from '../../src/runtimes/node/listen.ts'
import { type TestArchive, testArchive } from './archive.ts'
import { inRepository } from './data.ts'
import { FAR, newFrame, type Posted, post, store } from './frames.ts'
import { s3Variables, type TestS3 } from './s3.ts'
import { storeFrames } from './s3_frames.ts'

const run = promisify(execFile)
const MIB = 2 ** 20
/** Of frames that are to be killed in the middle of, and of those that are many. */
const SIZES = { big: 4 * MIB, small: 20_000 }
const PASSWORD = 'speak friend & enter'

/** A Python with the client's requirements; the first one found has the tools too. */
export interface PythonEnvironment {
  version: string
  folder: string
}

/** Those of test/support/python_client.sh, which takes the network where they are not there yet. */
export async function pythonEnvironments(): Promise<PythonEnvironment[]> {
  const { stdout } = await run(inRepository('test/support/python_client.sh'), [], { timeout: 600_000 })
  return stdout
    .trim()
    .split('\n')
    .map((line) => {
      const [, version, folder] = /^(\S+) (.+)$/.exec(line)!
      return { version: version!, folder: folder! }
    })
}

/** What the tests in clients/python/tests are told of an archive. */
export interface ToldArchive {
  url: string
  token: string
  username: string
  password: string
}

export interface PythonArchive {
  told: ToldArchive
  close(): Promise<void>
}

async function startArchive(env: Environment, fill: (archive: TestArchive) => Promise<void>): Promise<PythonArchive> {
  const archive = await testArchive({ PORT: '0', ...env })
  const { services, root } = archive
  await addSuperuser(services.writer, 'frodo', await hashPassword(PASSWORD), '')
  await fill(archive)
  const listening = await listen({ ...services, close: async () => {} })
  const url = `http://127.0.0.1:${listening.port}/`
  return {
    told: { url, token: root, username: 'frodo', password: PASSWORD },
    async close() {
      await listening.stop()
      await archive.close()
    },
  }
}

const square = (ra: number, dec: number, half = 0.1) => ({
  type: 'Polygon',
  coordinates: [
    [
      [ra - half, dec - half],
      [ra - half, dec + half],
      [ra + half, dec + half],
      [ra + half, dec - half],
      [ra - half, dec - half],
    ],
  ],
})

/** A frame with a file, whose record has its MD5 unless `over` says otherwise. */
async function expose(archive: TestArchive, basename: string, size: number, over: Record<string, unknown> = {}) {
  const bytes = randomBytes(size)
  const md5 = createHash('md5').update(bytes).digest('hex')
  const version = { key: md5, md5, extension: '.fits' }
  const day = String(over.observation_date).slice(0, 10)
  const frame = newFrame(basename, {
    area: square(10.68, 41.27),
    version_set: [version],
    observation_day: day,
    ...over,
  })
  const { url } = await post<Posted>(archive, frame)
  await store(archive, url!, bytes)
}

/** A local store's: three big frames in the week of the twenty lines, many small ones after it, and odd ones. */
export const localArchive = (): Promise<PythonArchive> =>
  startArchive({ THROTTLE_ANON: '1000000/day' }, async (archive) => {
    for (let i = 1; i <= 3; i++)
      await expose(archive, `big-${i}`, SIZES.big, { observation_date: `2016-01-0${i}T01:02:03.5` })
    for (let i = 1; i <= 25; i++)
      await expose(archive, `small-${String(i).padStart(2, '0')}`, SIZES.small, {
        observation_date: `2016-02-01T00:${String(i).padStart(2, '0')}:00.123456`,
        site_id: 'coj',
      })
    const later = { observation_date: '2016-03-01T00:00:00', site_id: 'ogg' }
    await expose(archive, 'proprietary', SIZES.small, { ...later, public_date: FAR })
    await expose(archive, 'damaged', SIZES.small, {
      ...later,
      version_set: [{ key: 'a'.repeat(32), md5: 'a'.repeat(32), extension: '.fits' }],
    })
  })

/** One on S3, whose files are fetched there by signed URLs. */
export const s3Archive = ({ client, config, port }: TestS3): Promise<PythonArchive> =>
  startArchive({ ...s3Variables(config, port), THROTTLE_ANON: '1000000/day' }, async ({ services }) => {
    await storeFrames(client, config.bucket, services.writer, [SIZES.big, SIZES.big, SIZES.small, SIZES.small])
  })
