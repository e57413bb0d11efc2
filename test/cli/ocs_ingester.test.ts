import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { dataFile, readJson } from '../support/data.ts'
import { freePort } from '../support/ports.ts'
import { startPostgres, type TestPostgres } from '../support/postgres.ts'
import { launch, platestack, type Running, serve, stop, type Variables } from '../support/program.ts'
import {
  type Answer,
  ingesterVariables,
  type OcsIngester,
  ONLY_OLD_ASTROPY,
  pythonPrograms,
  startIngester,
} from '../support/python.ts'
import { type Relay, startRelay } from '../support/relay.ts'
import { hasS3, s3Variables, type TestS3, testS3 } from '../support/s3.ts'

interface Ingested {
  basename: string
  headers: Record<string, unknown>
  area: { coordinates: number[][][] } | null
  version_set: { key: string; md5: string; extension: string }[]
  frameid?: number
  thumbnail_id?: number
  filename?: string
  url?: string
}
interface Expected {
  path: string
  md5: string
  extension: string
  record: Omit<Ingested, 'version_set'> & Record<string, unknown>
}
interface Frame {
  id: number
  basename: string
  filename: string
  url: string
  area: { type: string; coordinates: number[][][] } | null
  version_set: { key: string; md5: string; extension: string; url: string }[]
  [field: string]: unknown
}

const DATA = dataFile('fits')
const records: Record<string, Expected> = readJson('fits', 'records.json')
const md5 = (bytes: Uint8Array) => createHash('md5').update(bytes).digest('hex')

const THUMBNAIL = 'tfn0m419-sq32-20240426-0097-e91-small.jpg'
const PDF = 'cptnrs03-fa13-20150219-0001-e92-summary.pdf'
const FITS = Object.keys(records).filter((name) => ![THUMBNAIL, PDF].includes(name))
const GUIDE = join(DATA, 'sqa0m801-kb35-20151216-0966-g00.fits')
const EXISTS = { raised: 'NonFatalDoNotRetryError', message: 'Version with this md5 already exists' }

/** What is given beside a file without headers: what its record has of them, without what the library adds. */
function metadataOf(name: string): Record<string, unknown> {
  const { L1PUBDAT: _, ...given } = records[name]!.record.headers
  return given
}

function ok<T = Ingested>(answer: Answer): T {
  if ('raised' in answer) throw new Error(`${answer.raised}: ${answer.message}`)
  return answer.ok as T
}

describe.runIf(hasS3)('the published ocs_ingester', () => {
  let s3: TestS3
  let database: TestPostgres
  let server: Running & { url: string }
  let ingester: OcsIngester
  let folder: string
  let token: string
  let variables: Variables
  let programs: string

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'platestack-ocs-ingester-'))
    programs = await pythonPrograms()
    ;[s3, database] = await Promise.all([testS3(), startPostgres()])
    const archive = {
      DATABASE_URL: await database.createDatabase(undefined, 'template'),
      PROCESSED_EXCHANGE_ENABLED: 'False',
      ...s3Variables(s3.config, s3.port),
    }
    const root = { SUPERUSER_USERNAME: 'root', SUPERUSER_PASSWORD: 'a long enough password' }
    expect((await platestack(['createsuperuser', '--noinput'], { ...archive, ...root })).code).toBe(0)
    token = (await platestack(['token', 'root'], archive)).stdout.trim()
    server = await serve({ HOST: '127.0.0.1', ...archive })
    variables = ingesterVariables(server.url, token, s3Variables(s3.config, s3.port))
    ingester = await startIngester(variables)
  }, 900_000)
  afterAll(async () => {
    await ingester?.stop()
    if (server) await stop(server)
    await Promise.all([s3?.remove(), database?.stop()])
    await rm(folder, { recursive: true, force: true })
  })

  const headers = () => ({ authorization: `Token ${token}` })
  async function get<T>(path: string): Promise<T> {
    const answer = await fetch(server.url + path, { headers: headers() })
    expect(answer.status, path).toBe(200)
    return (await answer.json()) as T
  }
  const frame = (id: number | undefined) => get<Frame>(`/frames/${id}/`)
  const count = async (query: string) => (await get<{ count: number }>(query)).count
  const content = async (url: string) => md5(new Uint8Array(await (await fetch(url)).arrayBuffer()))
  const ingest = (path: string, more?: Record<string, unknown>) =>
    ingester.call('upload_file_and_ingest_to_archive', path, more)

  /** A file of the test's own, made of the guide frame: another name, and cards whose text is replaced by text of the same length. */
  async function variant(name: string, cards: Record<string, string>): Promise<string> {
    let text = await readFile(GUIDE, 'latin1')
    for (const [before, after] of Object.entries(cards)) {
      expect(after).toHaveLength(before.length)
      expect(text).toContain(before)
      text = text.replace(before, after)
    }
    const path = join(folder, name)
    await writeFile(path, text, 'latin1')
    return path
  }
  const named = (target: string) => ({ "'20 Tau  '": `'${target.padEnd(8)}'` })

  /** What the library gave back is its record of the file, and what the archive has is that record. */
  async function check(name: string, ingested: Ingested): Promise<void> {
    const { path, md5: sum, extension, record } = records[name]!
    const { frameid, thumbnail_id: _, filename, url: __, version_set, ...sent } = ingested
    const shown = Object.entries(record.headers).filter(
      ([key]) => key in sent.headers || extension !== '.fits.fz' || !ONLY_OLD_ASTROPY.includes(key),
    )
    expect(sent).toEqual({ ...record, headers: Object.fromEntries(shown) })
    expect(filename).toBe(name)
    expect(version_set).toEqual([{ key: expect.any(String), md5: sum, extension }])

    const found = await frame(frameid)
    expect(found).toMatchObject({
      basename: record.basename,
      filename: name,
      reduction_level: record.reduction_level,
      proposal_id: record.proposal_id,
      instrument_id: record.instrument_id,
      target_name: record.target_name,
      site_id: record.site_id,
      telescope_id: record.telescope_id,
      exposure_time: record.exposure_time,
      primary_optical_element: record.primary_optical_element,
      configuration_type: record.configuration_type,
      observation_id: Number(record.observation_id),
      request_id: record.request_id === null ? null : Number(record.request_id),
    })
    const seconds = (date: unknown) => Date.parse(/Z$/.test(String(date)) ? String(date) : `${date}Z`)
    expect(seconds(found.observation_date)).toBe(seconds(record.observation_date))
    expect(seconds(found.public_date)).toBe(seconds(record.public_date))
    expect(String(found.observation_day).replaceAll('-', '')).toBe(record.observation_day)
    expect((await get<{ data: unknown }>(`/frames/${frameid}/headers/`)).data).toEqual(sent.headers)
    const ring = record.area?.coordinates[0]
    expect(found.area?.coordinates[0]?.length).toBe(ring?.length)
    ring?.forEach(([ra, dec], i) => {
      const [x, y] = found.area!.coordinates[0]![i]!
      expect((((x! - ra!) % 360) + 540) % 360).toBeCloseTo(180, 9)
      expect(y).toBeCloseTo(dec!, 9)
    })
    expect(found.version_set[0]).toMatchObject({ ...version_set[0] })
    expect(new URL(found.url).pathname).toBe(`/${s3.config.bucket}/${path}`)
    expect(await content(found.url)).toBe(sum)
  }

  test.each(FITS)('%s goes in with one call, and is found as it was described', async (name) => {
    await check(name, ok(await ingest(join(DATA, name))))
  })

  test('a PDF goes in with the metadata that is given beside it', async () => {
    await check(PDF, ok(await ingest(join(DATA, PDF), { file_metadata: metadataOf(PDF) })))
  })

  test('a thumbnail goes in, before its frame does', async () => {
    const { size, ...file_metadata } = metadataOf(THUMBNAIL)
    const expected = records[THUMBNAIL]!
    const more = { file_metadata, is_thumbnail: true, thumbnail_size: size }
    const { thumbnail_id: _, version_set, ...sent } = ok(await ingest(join(DATA, THUMBNAIL), more))
    expect(sent).toEqual(expected.record)
    expect(version_set).toMatchObject([{ md5: expected.md5, extension: '.jpg' }])
    const { results } = await get<{ results: { url: string; size: string; basename: string }[] }>(
      `/thumbnails/?frame_basename=${expected.record.frame_basename}`,
    )
    expect(results).toMatchObject([{ size, basename: expected.record.basename }])
    expect(await content(results[0]!.url)).toBe(expected.md5)
  })

  test('a fpacked file and the same unpacked are two versions of one frame', async () => {
    const { results } = await get<{ results: Frame[] }>('/frames/?basename_exact=sqa0m801-kb35-20151216-0966-g00')
    expect(results).toHaveLength(1)
    expect(results[0]!.version_set.map((v) => v.extension).sort()).toEqual(['.fits', '.fits.fz'])
  })

  test('what is there already is told as such and changes nothing', async () => {
    const before = await count('/versions/')
    for (const name of FITS) expect(await ingest(join(DATA, name))).toEqual(EXISTS)
    expect(await ingest(join(DATA, PDF), { file_metadata: metadataOf(PDF) })).toEqual(EXISTS)
    expect(await count('/versions/')).toBe(before)
  })

  test('the steps, one by one', async () => {
    const path = await variant('sqa0m801-kb35-20151216-0001-g00.fits', named('steps'))
    const sum = md5(await readFile(path))
    expect(ok(await ingester.call('frame_exists', path))).toBe(false)
    const record = ok(await ingester.call('validate_fits_and_create_archive_record', path))
    expect(record.headers.OBJECT).toBe('steps')
    const version = ok<Ingested['version_set'][0]>(await ingester.call('upload_file_to_file_store', path))
    expect(version).toMatchObject({ md5: sum, extension: '.fits' })
    expect(ok(await ingester.call('frame_exists', path))).toBe(false)
    const { frameid } = ok(await ingester.call('ingest_archive_record', path, { version, record }))
    expect(ok(await ingester.call('frame_exists', path))).toBe(true)
    expect(await frame(frameid)).toMatchObject({ target_name: 'steps', version_set: [version] })
  })

  test('a file made anew is a new version, and the old one stays', async () => {
    const name = 'sqa0m801-kb35-20151216-0002-g00.fits'
    const first = ok(await ingest(await variant(name, named('first'))))
    const old = await content((await frame(first.frameid)).url)
    const path = await variant(name, named('second'))
    const second = ok(await ingest(path))
    expect(second.frameid).toBe(first.frameid)
    const found = await frame(second.frameid)
    expect(found).toMatchObject({ target_name: 'second', version_set: [second.version_set[0], first.version_set[0]] })
    expect(await content(found.url)).toBe(md5(await readFile(path)))
    expect(await content(found.version_set[1]!.url)).toBe(old)
  })

  test('a wrong token, a refused record and a file that is no frame are not to be tried again', async () => {
    const before = await count('/versions/')
    const path = await variant('sqa0m801-kb35-20151216-0003-g00.fits', named('third'))
    const unauthorised = { raised: 'DoNotRetryError', message: expect.stringContaining('401') }
    expect(await ingest(path, { auth_token: 'wrong' })).toEqual(unauthorised)
    const odd = await variant('sqa0m801-kb35-20151216-0004-g00.fits', { "'GUIDE   '": "'NOTYPE  '" })
    expect(await ingest(odd)).toEqual({ raised: 'DoNotRetryError', message: expect.stringContaining('400') })
    expect(await ingest(join(DATA, 'cube-r.fits.fz'))).toEqual({
      raised: 'DoNotRetryError',
      message: 'Could not find required keywords in headers!',
    })
    expect(await count('/versions/')).toBe(before)
    expect(await count('/frames/?basename_exact=sqa0m801-kb35-20151216-0004-g00')).toBe(0)
  })

  test('an S3 or an archive that is away leaves nothing behind, and it goes in later', async () => {
    const path = await variant('sqa0m801-kb35-20151216-0005-g00.fits', named('later'))
    const nobody = `http://127.0.0.1:${await freePort()}`
    const storeless = await startIngester({ ...variables, S3_ENDPOINT_URL: nobody })
    const step = await storeless.call('upload_file_to_file_store', path)
    const whole = await storeless.call('upload_file_and_ingest_to_archive', path)
    await storeless.stop()
    expect(step).toMatchObject({ raised: 'BackoffRetryError' })
    // two errors that the library lets through as they are: its store's, and its HTTP client's
    expect(whole).toMatchObject({ raised: 'FileStoreConnectionError' })
    expect(await ingest(path, { api_root: `${nobody}/` })).toMatchObject({ raised: 'ConnectionError' })
    expect(ok(await ingester.call('frame_exists', path))).toBe(false)
    expect(ok(await ingest(path)).frameid).toBeGreaterThan(0)
  })

  test('an archive without its database asks to be tried again', async () => {
    const path = await variant('sqa0m801-kb35-20151216-0006-g00.fits', named('again'))
    const url = new URL(await database.createDatabase(undefined, 'template'))
    const wire: Relay = await startRelay(Number(url.port))
    url.port = String(wire.port)
    const archive = await serve({
      HOST: '127.0.0.1',
      DATABASE_URL: url.href,
      PROCESSED_EXCHANGE_ENABLED: 'False',
      ...s3Variables(s3.config, s3.port),
    })
    await wire.close()
    const answer = await ingest(path, { api_root: `${archive.url}/` })
    await stop(archive)
    expect(answer).toEqual({ raised: 'BackoffRetryError', message: expect.stringMatching(/\b50\d\b/) })
  })

  describe('its command', () => {
    const command = async (...args: string[]) => {
      const { API_ROOT, AUTH_TOKEN, ...env } = variables
      const named = ['--api-root', API_ROOT!, '--auth-token', AUTH_TOKEN!]
      const running = launch(join(programs, 'ocs_ingest_frame'), [...args, ...named], { env })
      return { code: await running.ended, stdout: running.stdout }
    }

    test('ingests, prints the address, and says what is there', async () => {
      const path = await variant('sqa0m801-kb35-20151216-0007-g00.fits', named('command'))
      expect(await command(path, '--check-only')).toEqual({ code: 1, stdout: 'False' })
      const { code, stdout } = await command(path)
      expect(code).toBe(0)
      expect(await content(stdout)).toBe(md5(await readFile(path)))
      expect(await command(path, '--check-only')).toEqual({ code: 0, stdout: 'True' })
      expect(await command(path)).toEqual({ code: 0, stdout: EXISTS.message })
    })
  })
})
