import type { HeaderDict } from '../header/dictionary.ts'
import { WcsError } from './values.ts'

/** Degrees in each unit of angle (Greisen & Calabretta 2002, section 4 and Table 3). */
const DEGREES_IN: Record<string, number> = {
  deg: 1,
  arcmin: 1 / 60,
  arcsec: 1 / 3600,
  mas: 1 / 3600000,
  rad: 180 / Math.PI,
  mrad: 0.18 / Math.PI,
  urad: 0.00018 / Math.PI,
  turn: 360,
}

/** Non-standard but clear spellings, accepted in lower case, upper case and as `Degrees`. */
const SPELLINGS: [RegExp, string][] = [
  [/^(?:[Dd]eg(?:rees?)?|DEG(?:REES?)?)$/, 'deg'],
  [/^(?:arcmins?|ARCMINS?)$/, 'arcmin'],
  [/^(?:arcsecs?|ARCSECS?)$/, 'arcsec'],
  [/^(?:rad(?:ians?)?|RAD(?:IANS?)?)$/, 'rad'],
]

/**
 * The factor that turns values of a celestial axis (1 or 2) into degrees.
 * @throws WcsError for an unknown CUNIT
 */
export function degreesPerUnit(headers: HeaderDict, axis: 1 | 2): number {
  const value = headers.get(`CUNIT${axis}`)
  if (typeof value !== 'string' || value.trim() === '') return 1
  const unit = value.trim()
  const name = SPELLINGS.find(([spelling]) => spelling.test(unit))?.[1] ?? unit
  const degrees = DEGREES_IN[name]
  if (degrees === undefined) throw new WcsError(`CUNIT${axis} '${unit}' is not a known unit of angle`)
  return degrees
}
