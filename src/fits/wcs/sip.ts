import type { HeaderDict } from '../header/dictionary.ts'
import { requireNumber, WcsError } from './values.ts'

/** A term of the distortion polynomial: coefficient · uᵖ · vᵠ. */
interface Term {
  coefficient: number
  u: number
  v: number
}

/**
 * Simple Imaging Polynomial: what is added to pixel coordinates, as a function of their offset from
 * the centre in pixels.
 */
export interface Sip {
  center: [number, number]
  a: Term[]
  b: Term[]
}

/**
 * The header's SIP distortion (Shupe et al. 2005, "The SIP convention for representing distortion
 * in FITS image headers"); undefined if none is of order 2 or higher. Like the reference library it
 * ignores whether CTYPE ends in -SIP.
 * @throws WcsError
 */
export function readSip(headers: HeaderDict): Sip | undefined {
  const forward = readOrders(headers, 'A_ORDER', 'B_ORDER')
  const inverse = readOrders(headers, 'AP_ORDER', 'BP_ORDER')
  if (!forward && !inverse) return undefined
  const center = ['CRPIX1', 'CRPIX2'].map((key) => requireNumber(headers, key)) as [number, number]
  if (!forward) return undefined
  return { center, a: readTerms(headers, 'A', forward[0]), b: readTerms(headers, 'B', forward[1]) }
}

/** Both orders, if both are above 1. @throws WcsError if only one of them is */
function readOrders(headers: HeaderDict, first: string, second: string): [number, number] | undefined {
  const [a, b] = [first, second].map((key) => (headers.has(key) ? requireNumber(headers, key) : undefined))
  if ((a ?? 0) > 1 && b === undefined) throw new WcsError(`${first} without ${second}`)
  if ((b ?? 0) > 1 && !((a ?? 0) > 1)) throw new WcsError(`${second} without ${first}`)
  return a !== undefined && b !== undefined && a > 1 && b >= 2 ? [Math.trunc(a), Math.trunc(b)] : undefined
}

function readTerms(headers: HeaderDict, letter: 'A' | 'B', order: number): Term[] {
  const name = new RegExp(`^${letter}_(0|[1-9]\\d*)_(0|[1-9]\\d*)$`)
  return [...headers.keys()].flatMap((key) => {
    const match = name.exec(key)
    const [u, v] = [Number(match?.[1]), Number(match?.[2])]
    return match && u + v <= order ? [{ coefficient: requireNumber(headers, key), u, v }] : []
  })
}

/** Pixel coordinates corrected for distortion. */
export function applySip(sip: Sip, x: number, y: number): [number, number] {
  const [u, v] = [x - sip.center[0], y - sip.center[1]]
  const sum = (terms: Term[]): number =>
    terms.reduce((total, term) => total + term.coefficient * u ** term.u * v ** term.v, 0)
  return [x + sum(sip.a), y + sum(sip.b)]
}
