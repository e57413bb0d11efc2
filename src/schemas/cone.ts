import { BEYOND_POLES, type Cone, foldRa } from './sky.ts'
import { type Refusal, refuse } from './values.ts'

const FORM =
  'Enter RA,DEC,RADIUS: RA in degrees or hours (00:42:44 or 00h42m44s), DEC in degrees (also 41:16:09 or 41d16m09s), RADIUS in degrees.'

const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?$/i
const COLONS = /^([+-]?)(\d{1,2}):(\d{1,2})(?::(\d{1,2}(?:\.\d{0,20})?))?$/
const LETTERS = /^([+-]?)(\d{1,2})([hd])(?:(\d{1,2})m(?:(\d{1,2}(?:\.\d{0,20})?)s)?)?$/i

/**
 * The cone of `RA,DEC,RADIUS`: RA is folded into 0 to 360. With colons or letters RA is in hours,
 * DEC in degrees, each with minutes and seconds.
 */
export function parseCone(text: string): Cone | Refusal {
  const parts = text.split(',', 4).map((part) => part.trim())
  if (parts.length !== 3) return refuse(FORM)
  const [ra, dec, radius] = [angle(parts[0]!, 'h'), angle(parts[1]!, 'd'), decimal(parts[2]!)]
  if (ra === null || dec === null || radius === null) return refuse(FORM)
  if (ra === 'beyond 60' || dec === 'beyond 60') return refuse('Minutes and seconds go from 0 to below 60.')
  if (ra.hours > 24) return refuse('Hours of RA go from 0 to 24.')
  if (Math.abs(dec.degrees) > 90) return refuse(BEYOND_POLES)
  if (radius <= 0 || radius > 180) return refuse('RADIUS goes from above 0 to 180 degrees.')
  return { ra: foldRa(ra.degrees), dec: dec.degrees, radius }
}

interface Angle {
  degrees: number
  /** 0 of what is given in degrees. */
  hours: number
}

/** A number of degrees, or one with minutes and seconds of the unit: hours or degrees. */
function angle(text: string, unit: 'h' | 'd'): Angle | 'beyond 60' | null {
  const [sign, whole, minutes, seconds] = sexagesimal(text, unit) ?? []
  if (whole === undefined) {
    const degrees = decimal(text)
    return degrees === null ? null : { degrees, hours: 0 }
  }
  const [m, s] = [Number(minutes ?? 0), Number(seconds ?? 0)]
  if (m >= 60 || s >= 60) return 'beyond 60'
  const size = Number(whole) + m / 60 + s / 3600
  const signed = sign === '-' ? -size : size
  return unit === 'h' ? { degrees: signed * 15, hours: size } : { degrees: signed, hours: 0 }
}

/** Sign, whole number, minutes and seconds; null: not written like that. */
function sexagesimal(text: string, unit: 'h' | 'd'): (string | undefined)[] | null {
  const colons = COLONS.exec(text)
  if (colons) return colons.slice(1)
  const letters = LETTERS.exec(text)
  return letters && letters[3]!.toLowerCase() === unit ? [letters[1], letters[2], letters[4], letters[5]] : null
}

/**
 * A decimal number as far as angles go. What is as near to 0 as makes no difference is 0: the
 * database refuses to multiply what is too small.
 */
function decimal(text: string): number | null {
  const value = Number(text)
  if (!DECIMAL.test(text) || Math.abs(value) > 1e6) return null
  return Math.abs(value) < 1e-12 ? 0 : value
}
