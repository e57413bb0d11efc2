import { createHash, randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hashPassword } from '../../src/auth/passwords.ts'
import { addSuperuser } from '../../src/queries/users/save.ts'
import type { Listening } from '../../src/runtimes/node/listen.ts'
import { ROUND_AGAIN } from '../../src/schemas/sky.ts'
import { type TestArchive, testArchive } from '../support/archive.ts'
import { FAR, newFrame, newVersion, type Posted, post, store } from '../support/frames.ts'
import { type PythonProgram, startPython } from '../support/python.ts'
import { serveArchive } from '../support/serving.ts'
import { away, type Point, wkt } from '../support/sphere.ts'

// What astroquery's module for the LCO archive (astropy/astroquery#3659) asks for, in the requests that it sends.

interface Found {
  frames: { id: number; basename: string; url: string; thumbnails?: Record<string, string>[] }[]
  limits: number[]
  more: boolean
}

let archive: TestArchive
let listening: Listening
let lco: PythonProgram

const md5 = (bytes: Uint8Array) => createHash('md5').update(bytes).digest('hex')
/** A square on the sky, a fifth of a degree wide. */
const square = (...centre: Point): string =>
  wkt({ centre, corners: [45, -45, -135, 135].map((angle) => away(centre, 0.1 * Math.SQRT2, angle)) })

/** Squares by name: about M 101 (one beside the other), across RA 0, and about the pole. */
const PLACES: Record<string, string> = {
  'm101-a': square(210.802429, 54.34875),
  'm101-b': square(210.802429, 54.64875),
  'zero-west': square(359.95, -20),
  'zero-east': square(0.05, -20),
  'zero-far': square(0.75, -20),
  'pole-0': square(0, 89.8),
  'pole-180': square(180, 89.8),
}
const bytes = randomBytes(70_000)

beforeAll(async () => {
  archive = await testArchive()
  await addSuperuser(archive.services.writer, 'frodo', await hashPassword('ring bearer'), '')
  for (const [basename, area] of Object.entries(PLACES))
    await post(archive, newFrame(basename, { area, reduction_level: 91, target_name: 'SN2023ixf' }))
  const version_set = [{ key: md5(Buffer.from('secret')), md5: md5(bytes), extension: '.fits.fz' }]
  const secret = await post(archive, newFrame('secret', { public_date: FAR, version_set, target_name: '' }))
  await store(archive, secret.url!, bytes)
  for (const size of ['small', 'large']) {
    const basename = `m101-a-${size}_thumbnail`
    const thumbnail = { size, frame_basename: 'm101-a', version_set: [newVersion(basename, '.jpg')] }
    const like = { area: PLACES['m101-a'], reduction_level: 91, target_name: 'SN2023ixf' }
    await post(archive, newFrame(basename, { ...like, ...thumbnail }), '/thumbnails/')
  }
  for (let i = 0; i < 23; i++)
    await post(
      archive,
      newFrame(`bias-${String(i).padStart(2, '0')}`, {
        configuration_type: ['BIAS', 'DARK'][i % 2],
        observation_date: `2024-03-02T00:${10 + i}:00.5`,
        exposure_time: i,
        site_id: 'lsc',
      }),
    )
  listening = await serveArchive(archive)
  lco = await startPython(['lco_calls.py', `http://127.0.0.1:${listening.port}`])
})
afterAll(async () => {
  await lco?.stop()
  await listening?.stop()
  await archive?.close()
})

const call = async <T>(name: string, more: Record<string, unknown> = {}): Promise<T> => {
  const answer = await lco.call(name, more)
  if (!('ok' in answer)) throw new Error(`${answer.raised}: ${answer.message}`)
  return answer.ok as T
}
const refusal = async (name: string, more: Record<string, unknown>) => (await lco.call(name, more)) as object
const region = (ra: number, dec: number, more: Record<string, unknown> = {}) =>
  call<string[]>('query_region', { ra, dec, ...more })
const query = (more: Record<string, unknown>) => call<Found>('query', more)
const names = ({ frames }: Found) => frames.map(({ basename }) => basename)

describe('pages', () => {
  const ALL = Array.from({ length: 23 }, (_, i) => `bias-${String(22 - i).padStart(2, '0')}`)

  test('by cursor go on from a `next` whose limit was changed and whose parameters were put in another order', async () => {
    const all = await query({ page: 10, site_id: 'lsc', start: '2024-03-02', end: '2024-03-03' })
    expect([names(all), all.limits]).toEqual([ALL, [10, 10, 10]])
    const some = await query({ rows: 17, page: 10, site_id: 'lsc' })
    expect([names(some), some.limits, some.more]).toEqual([ALL.slice(0, 17), [10, 7], true])
    const exact = await query({ rows: 23, page: 10, site_id: 'lsc' })
    expect([names(exact), exact.limits, exact.more]).toEqual([ALL, [10, 10, 3], false])
  })

  test('of a thousand, as users ask for, and of more than there may be', async () => {
    expect(names(await query({ page: 1000, site_id: 'lsc' }))).toEqual(ALL)
    expect(names(await query({ page: 10_000, site_id: 'lsc' }))).toEqual(ALL)
  })

  test('by id have every frame once', async () => {
    const ids = await call<number[]>('walk', { page: 7, site_id: 'lsc' })
    expect(ids).toEqual((await query({ site_id: 'lsc' })).frames.map(({ id }) => id).reverse())
  })
})

describe('criteria', () => {
  test('times as astropy writes them, at both ends, and dates alone', async () => {
    const times = { start: '2024-03-02T00:12:00.5', end: '2024-03-02T00:14:00.500' }
    expect(names(await query({ times }))).toEqual(['bias-04', 'bias-03', 'bias-02'])
    expect(names(await query({ start: '2024-03-02T00:31', end: '2024-03-03' }))).toEqual(['bias-22', 'bias-21'])
  })

  test.each<[Record<string, unknown>, string[]]>([
    [{ target_name_exact: 'SN2023ixf', reduction_level: 91 }, Object.keys(PLACES)],
    [{ target_name: 'sn2023', public: 'true', reduction_level: 91 }, Object.keys(PLACES)],
    [{ empty_target_name: 'true' }, []],
    [{ public: 'false' }, []],
    [{ exclude_configuration_type: ['BIAS', 'DARK'], reduction_level: 91 }, Object.keys(PLACES)],
    [{ include_configuration_type: ['BIAS', 'DARK'], exposure_time: 21.5 }, ['bias-22']],
    [{ exclude_calibrations: 'true', exposure_time: 0 }, Object.keys(PLACES)],
    [{ basename_exact: 'zero-far', telescope_id: '1m0a', instrument_id: 'kb70' }, ['zero-far']],
  ])('%j', async (criteria, expected) => {
    expect(names(await query(criteria)).sort()).toEqual([...expected].sort())
  })

  test('thumbnails come with their frames, with name and address', async () => {
    const { frames } = await query({ basename: 'm101', include_thumbnails: 'true' })
    const thumbnails = Object.fromEntries(frames.map(({ basename, thumbnails }) => [basename, thumbnails]))
    expect(thumbnails['m101-b']).toEqual([])
    const small = thumbnails['m101-a']!.find(({ size }) => size === 'small')!
    expect(small).toMatchObject({ basename: 'm101-a-small_thumbnail', extension: '.jpg' })
    expect(small.url).toMatch(/^http:.*m101-a-small_thumbnail\.jpg$/)
    const [without] = (await query({ basename: 'm101' })).frames
    expect(without).not.toHaveProperty('thumbnails')
  })
})

describe('regions', () => {
  test('a point is covered', async () => {
    expect(await region(210.802429, 54.34875)).toEqual(['m101-a'])
    // Python writes 1e-05
    expect(await region(0.00001, -20)).toEqual(['zero-east', 'zero-west'])
    expect(await region(359.99999999, -20.000000001)).toEqual(['zero-east', 'zero-west'])
    expect(await region(10, 10)).toEqual([])
  })

  test('a circle, sent as a polygon of 32 corners, is met', async () => {
    expect(await region(210.802429, 54.34875, { radius: 0.05 })).toEqual(['m101-a'])
    expect(await region(210.802429, 54.34875, { radius: 0.21 })).toEqual(['m101-a', 'm101-b'])
    expect(await region(0, -20, { radius: 0.3 })).toEqual(['zero-east', 'zero-west'])
    expect(await region(359.9, -20, { radius: 0.8 })).toEqual(['zero-east', 'zero-far', 'zero-west'])
    expect(await region(0, 90, { radius: 0.05 })).toEqual([])
    expect(await region(0, 90, { radius: 0.2 })).toEqual(['pole-0', 'pole-180'])
    expect(await region(180, 89.9, { radius: 0.15 })).toEqual(['pole-180'])
    expect(await region(210, 89, { radius: 60 })).toEqual(['m101-a', 'm101-b', 'pole-0', 'pole-180'])
    expect(await region(0, -20, { radius: 1e-7 })).toEqual(['zero-east', 'zero-west'])
  })

  test('a box is met, also where its RA goes below 0 or its Dec is cut at the pole', async () => {
    expect(await region(210.802429, 54.34875, { width: 0.1, height: 0.1 })).toEqual(['m101-a'])
    expect(await region(0.01, -20, { width: 0.4, height: 0.4 })).toEqual(['zero-east', 'zero-west'])
    expect(await region(359.99, -20, { width: 0.4, height: 0.4 })).toEqual(['zero-east', 'zero-west'])
    expect(await region(0, 89.8, { width: 0.2, height: 0.4 })).toEqual(['pole-0'])
  })

  test('a box whose RA goes round more than once, about the pole, is refused', async () => {
    const message = `400 {"intersects":["${ROUND_AGAIN}"]}`
    for (const [ra, dec] of [
      [0, 90],
      [10, -89.99],
    ])
      expect(await refusal('query_region', { ra, dec, width: 0.4, height: 0.4 })).toEqual({
        raised: 'HTTPError',
        message,
      })
    // a ring of another turn goes round no more often than any other
    expect(await region(0.05, -20)).toEqual(names(await query({ covers: 'POINT(3600.05 -20)' })).sort())
  })

  test('filters narrow a region', async () => {
    const week = { start: '2016-01-01', end: '2016-01-08', reduction_level: 91, public: 'true' }
    expect(await region(210.802429, 54.34875, { radius: 0.3, ...week })).toEqual(['m101-a', 'm101-b'])
    expect(await region(210.802429, 54.34875, { radius: 0.3, ...week, reduction_level: 0 })).toEqual([])
  })
})

describe('callers', () => {
  test('nobody has an empty name, and asks for the values of everything', async () => {
    expect(await call('logout')).toEqual({ username: '', profile: {}, is_staff: false })
    expect(await call('lists')).toEqual({
      sites: ['cpt', 'lsc'],
      telescopes: ['1m0a'],
      instruments: ['kb70'],
      filters: ['rp'],
      obstypes: ['BIAS', 'DARK', 'EXPOSE'],
      proposals: ['alpha'],
    })
  })

  test('a wrong token, or a wrong password, is nobody', async () => {
    expect(await call('login', { token: 'definitely-not-a-real-token' })).toBe('')
    expect(await call('login', { username: 'frodo', password: 'wrong' })).toBe('')
    expect(names(await query({ basename: 'secret' }))).toEqual([])
  })

  test.each([
    ['a token', () => ({ token: archive.root }), 'root'],
    ['a password', () => ({ username: 'frodo', password: 'ring bearer' }), 'frodo'],
  ])('who has %s sees more, and downloads by URLs that carry their own credentials', async (_, credentials, name) => {
    expect(await call('login', credentials())).toBe(name)
    const { frames } = await query({ basename: 'secret', page: 1000 })
    expect(frames.map(({ basename }) => basename)).toEqual(['secret'])
    expect(await call('download', { url: frames[0]!.url })).toBe(md5(bytes))
    const whole = await call<Posted & Record<string, unknown>>('frame', { id: frames[0]!.id })
    expect(Object.keys(whole)).toEqual(expect.arrayContaining(['version_set', 'related_frames', 'BLKUID']))
    await call('logout')
    expect(await refusal('frame', { id: frames[0]!.id })).toEqual({
      raised: 'HTTPError',
      message: '404 {"detail":"Not found."}',
    })
  })
})
