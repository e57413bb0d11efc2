import { describe, expect, test } from 'vitest'
import { DEGREES } from '../../../src/fits/wcs/degrees.ts'
import { angleBetween, unitVector } from '../../../src/fits/wcs/matrices.ts'
import { WcsError } from '../../../src/fits/wcs/values.ts'
import { pixelToIcrs, readWcs } from '../../../src/fits/wcs/wcs.ts'
import { readJson } from '../../support/data.ts'
import { dict, type Headers } from '../../support/wcs_headers.ts'

type Point = [number, number]
/** Headers, and RA and Dec of five pixels as astropy has them; null: it refuses the headers, or that pixel. */
type Case = [Headers, (Point | null)[] | null]
const cases: Case[] = readJson('fits/wcs', 'sky.json')

const codeOf = ([headers]: Case): string => String(headers.CTYPE1).slice(5, 8)
const codes = [...new Set(cases.map(codeOf))]

/** Degrees between two places on the sky. */
function distance(one: Point, other: Point): number {
  return angleBetween(unitVector(one), unitVector(other)) * DEGREES
}

/** Degrees; wcslib computes CSC with seven digits. */
const withinOf = (code: string): number => (code === 'CSC' ? 2e-5 : 1e-9)

function found(headers: Headers): Point[] | null {
  const [width, height] = [Number(headers.NAXIS1), Number(headers.NAXIS2)]
  const pixels: Point[] = [
    [1, 1],
    [1, height],
    [width, height],
    [width, 1],
    [width * 0.3, height * 0.6],
  ]
  try {
    const wcs = readWcs(dict(headers))
    return pixels.map(([x, y]) => pixelToIcrs(wcs, x, y))
  } catch (error) {
    if (error instanceof WcsError) return null
    throw error
  }
}

describe('pixels of every projection, in any frame, order and matrix, are where astropy has them', () => {
  test('all projections of the standard are tried', () => expect(codes).toHaveLength(29))
  test.each(codes)('%s', (code) => {
    const own = cases.filter((one) => codeOf(one) === code)
    expect(own.filter(([, sky]) => sky).length).toBeGreaterThan(7)
    for (const [headers, sky] of own) {
      const got = found(headers)
      expect([headers, got === null]).toEqual([headers, sky === null])
      for (const [i, point] of (sky ?? []).entries()) {
        if (point === null) expect(got![i]).toEqual([Number.NaN, Number.NaN])
        else expect([headers, distance(got![i]!, point) < withinOf(code)]).toEqual([headers, true])
      }
    }
  })
})
