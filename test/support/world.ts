import fc from 'fast-check'
import { expect } from 'vitest'
import type { TestArchive } from './archive.ts'
import { newFrame, post } from './frames.ts'

/** A frame of the model, in the forms that comparisons need: times as `YYYY-MM-DDTHH:MM:SS.ffffff` (UTC), so that text order is time order. */
export interface ModelFrame {
  id: number
  basename: string
  observation_date: string
  observation_day: string
  proposal_id: string
  instrument_id: string
  target_name: string
  reduction_level: number
  site_id: string
  telescope_id: string
  exposure_time: number | null
  primary_optical_element: string
  public_date: string | null
  configuration_type: string
  observation_id: number | null
  request_id: number | null
  submitter: string
  place: Place | null
  /** As the archive says it. */
  modified: string
}

/** Where a frame is on the sky, in degrees: a box about a centre, or the cap about a pole. */
export type Place = { kind: 'box'; ra: number; dec: number; half: number } | { kind: 'cap'; pole: 90 | -90 }

/** Scripts with and without case, combining marks, what LIKE and regular expressions take for special, and beyond the basic plane. */
const LETTERS = [...'aAbBzZ09 -_%\\.*+?()[]{}|^$\'"/;:éÉčČšŠñÑøØαΑωΩжЖиИ漢字☄🚀𝔄', 'e\u0301', 'E\u0301']
export const words = (minLength: number) =>
  fc
    .array(fc.constantFrom(...LETTERS), { minLength, maxLength: 6 })
    .map((letters) => letters.join('').trim())
    .filter((word) => [...word].length >= minLength)
const NAMES = [
  '',
  'M 31',
  'm 31',
  'M31',
  'Čapek',
  'ČAPEK',
  'čapek',
  'Capek',
  'NGC 253',
  '100%_done',
  'a\\b',
  'α Cen',
  'Α CEN',
  'ζ',
  '漢字',
  '☄',
  '🚀 1',
  '𝔄',
]
const names = fc.oneof(fc.constantFrom(...NAMES), words(0))
const codes = (...all: string[]) => fc.constantFrom(...all)

const DATES = [
  '2016-01-01T00:00:00.000000',
  '2016-01-01T00:00:00.000001',
  '2016-01-02T03:04:05.678000',
  '2016-02-29T23:59:59.999999',
  '1999-12-31T23:59:59.500000',
]
const digits = (n: number, width: number) => String(n).padStart(width, '0')
const dates = fc.oneof(
  fc.constantFrom(...DATES),
  fc
    .tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 28 }), fc.integer({ min: 0, max: 999_999 }))
    .map(([m, d, f]) => `2016-${digits(m, 2)}-${digits(d, 2)}T12:34:56.${digits(f, 6)}`),
)
const FAR = '3015-09-19T03:04:05.678000'
const ids = fc.constantFrom(null, 0, 1, 2, 3, 2147483647)

const places = fc.oneof(
  { weight: 2, arbitrary: fc.constant(null) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('box' as const),
      ra: fc.oneof(fc.constantFrom(0, 0.1, 359.9, 180, 179.95), fc.double({ min: 0, max: 359.99, noNaN: true })),
      dec: fc.oneof(fc.constantFrom(0, 45, -60), fc.double({ min: -75, max: 75, noNaN: true })),
      half: fc.constantFrom(0.1, 0.3, 1),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('cap' as const), pole: fc.constantFrom(90 as const, -90 as const) }),
  },
)

const frames: fc.Arbitrary<Omit<ModelFrame, 'id' | 'modified'>> = fc.record({
  basename: names,
  observation_date: dates,
  observation_day: fc.constantFrom('2016-01-01', '2016-01-02', '2016-02-29'),
  proposal_id: codes('', 'alpha', 'Alpha', 'beta', 'ΠΡΟΤ'),
  instrument_id: codes('', 'kb70', 'KB70', 'fl05'),
  target_name: names,
  reduction_level: fc.constantFrom(0, 0, 10, 91, 91, -1, 32767),
  site_id: codes('', 'cpt', 'coj', 'ČČ'),
  telescope_id: codes('', '1m0a', '2m0a'),
  exposure_time: fc.oneof(
    fc.constantFrom(null, null, 0, 0.1, 30, 30.5, 1e300, -1),
    fc.double({ min: 0, max: 100, noNaN: true }).map((n) => n + 0),
  ),
  primary_optical_element: codes('', 'rp', 'RP', 'ip', 'čp'),
  public_date: fc.oneof(fc.constantFrom(null, FAR), dates),
  configuration_type: codes('BIAS', 'DARK', 'EXPOSE', 'SPECTRUM'),
  observation_id: ids,
  request_id: ids,
  submitter: fc.oneof(codes('frodo', 'Frodo', 'Čapek', 'Capek', ''), words(1)),
  place: places,
})

const wrap = (degrees: number): number => ((((degrees + 180) % 360) + 360) % 360) - 180

function ring(place: Place): [number, number][] {
  if (place.kind === 'cap') {
    const dec = place.pole > 0 ? 89 : -89
    return [
      [0, dec],
      [90, dec],
      [180, dec],
      [270, dec],
      [0, dec],
    ]
  }
  const { ra, dec, half } = place
  return [
    [ra - half, dec - half],
    [ra - half, dec + half],
    [ra + half, dec + half],
    [ra + half, dec - half],
    [ra - half, dec - half],
  ]
}

/** Whether a point lies in a place; null when it is too near the edge, which is a great circle and not a parallel, to say. */
export function isInside(place: Place, ra: number, dec: number): boolean | null {
  if (place.kind === 'cap') {
    const fromPole = Math.abs(place.pole - dec)
    return fromPole < 0.6 ? true : fromPole > 1.1 ? false : null
  }
  const off = Math.max(Math.abs(wrap(ra - place.ra)), Math.abs(dec - place.dec)) / place.half
  return off < 0.9 ? true : off > 1.1 ? false : null
}

/** Random frames, posted to the archive as an ingester does, and what the model knows of them. */
export async function makeWorld(archive: TestArchive, size: number, seed: number): Promise<ModelFrame[]> {
  const world: ModelFrame[] = []
  for (const [i, random] of fc.sample(frames, { numRuns: size, seed }).entries()) {
    const { place, submitter, ...rest } = random
    const basename = `${rest.basename}${i}`
    const body = newFrame(basename, {
      ...rest,
      basename,
      area: place && { type: 'Polygon', coordinates: [ring(place)] },
      headers: submitter === '' ? {} : { USERID: submitter },
    })
    const { id } = await post(archive, body)
    const shown = await archive.request(`/frames/${id}/?include_modified=true`, { token: archive.root })
    const { modified } = (await shown.json()) as { modified: string }
    world.push({ ...random, id, basename, modified: modified.slice(0, -1) })
  }
  expect(new Set(world.map((f) => f.id)).size).toBe(size)
  return world
}

/** Who asks, and what the model lets them see. */
export interface ModelCaller {
  name: string
  token?: string
  proposals: readonly string[]
  superuser: boolean
}

export const isPublic = (f: ModelFrame): boolean => f.public_date !== null && f.public_date !== FAR
export const isSeen = (caller: ModelCaller, f: ModelFrame): boolean =>
  caller.superuser || isPublic(f) || caller.proposals.includes(f.proposal_id)

/** A seed for this run, told in the tests' names; PLATESTACK_TEST_SEED repeats one. */
export const seed = Number(process.env.PLATESTACK_TEST_SEED ?? Math.floor(Math.random() * 2 ** 31))
