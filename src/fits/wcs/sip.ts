import type { HeaderDict } from '../header/dictionary.ts'
import { neededNumber, WcsFault } from './values.ts'

/** A term of a distortion polynomial: coefficient · uᵖ · vᵠ. */
interface Term {
  coefficient: number
  u: number
  v: number
}

/** Simple Imaging Polynomial: what is added to the pixel coordinates, of their distance to the centre in pixels. */
export interface Sip {
  center: [number, number]
  a: Term[]
  b: Term[]
}

/**
 * The SIP of the headers (Shupe et al. 2005, "The SIP convention for representing distortion in FITS image headers");
 * undefined: there is none, or none of an order above 1. Whether CTYPE ends in -SIP does not matter: the reference
 * library applies the polynomial in either case.
 */
export function sipOf(headers: HeaderDict): Sip | undefined {
  const forward = orders(headers, 'A_ORDER', 'B_ORDER')
  const inverse = orders(headers, 'AP_ORDER', 'BP_ORDER')
  if (!forward && !inverse) return undefined
  const center = ['CRPIX1', 'CRPIX2'].map((key) => neededNumber(headers, key)) as [number, number]
  if (!forward) return undefined
  return { center, a: terms(headers, 'A', forward[0]), b: terms(headers, 'B', forward[1]) }
}

/** Both orders, where both are above 1. Throws a fault where one of them is and the other is missing or no number. */
function orders(headers: HeaderDict, first: string, second: string): [number, number] | undefined {
  const [a, b] = [first, second].map((key) => (headers.has(key) ? neededNumber(headers, key) : undefined))
  if ((a ?? 0) > 1 && b === undefined) throw new WcsFault(`${first} without ${second}`)
  if ((b ?? 0) > 1 && !((a ?? 0) > 1)) throw new WcsFault(`${second} without ${first}`)
  return a !== undefined && b !== undefined && a > 1 && b >= 2 ? [Math.trunc(a), Math.trunc(b)] : undefined
}

function terms(headers: HeaderDict, letter: 'A' | 'B', order: number): Term[] {
  const name = new RegExp(`^${letter}_(0|[1-9]\\d*)_(0|[1-9]\\d*)$`)
  return [...headers.keys()].flatMap((key) => {
    const match = name.exec(key)
    const [u, v] = [Number(match?.[1]), Number(match?.[2])]
    return match && u + v <= order ? [{ coefficient: neededNumber(headers, key), u, v }] : []
  })
}

/** The pixel coordinates with the distortion taken out. */
export function undistorted(sip: Sip, x: number, y: number): [number, number] {
  const [u, v] = [x - sip.center[0], y - sip.center[1]]
  const sum = (terms: Term[]): number =>
    terms.reduce((total, term) => total + term.coefficient * u ** term.u * v ** term.v, 0)
  return [x + sum(sip.a), y + sum(sip.b)]
}
