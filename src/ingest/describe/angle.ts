/**
 * Units of an angle, in degrees. Those of time and arc come out of astropy with these last digits.
 */
export const DEGREE = 1
export const HOUR = 14.999999999999998
export const ARCSECOND = 0.0002777777777777778
const ARCMINUTE = 0.016666666666666666

/**
 * Units that may stand behind one number. Without hours or degrees before them, minutes and seconds
 * are of arc.
 */
const UNITS: readonly (readonly [RegExp, number])[] = [
  [/^(d|deg|degrees?|°)$/, DEGREE],
  [/^(h|hr|hours?|ʰ)$/, HOUR],
  [/^(m|min|arcmin|arcminutes?|'|′)$/, ARCMINUTE],
  [/^(s|sec|arcsec|arcseconds?|"|″)$/, ARCSECOND],
  [/^mas$/, ARCSECOND / 1000],
  [/^rad(ians?)?$/, 180 / Math.PI],
]

const NUMBER = String.raw`\d+\.?\d*|\.\d+`
const SIMPLE = new RegExp(`^(${NUMBER})\\s*([^\\d\\s.]*)$`)
/** Between the parts; blanks pad numbers of one digit. */
const COLON = String.raw`(?:\s*:\s*|\s+)`
const SEXAGESIMAL = new RegExp(
  `^(\\d+)${COLON}(\\d+|\\d+\\.\\d*(?=\\s*[^:\\s\\d.]*$))(?:${COLON}(${NUMBER}))?\\s*([^\\d\\s.:]*)$`,
)
const HMS = new RegExp(`^(\\d+)\\s*(?:h|hr|ʰ)\\s*(${NUMBER})(?:\\s*(?:m|min|ᵐ))?(?:\\s*(${NUMBER})\\s*(?:s|sec|ˢ)?)?$`)
const DMS = new RegExp(
  `^(\\d+)\\s*(?:d|deg|°)\\s*(${NUMBER})(?:\\s*(?:m|min|'|′))?(?:\\s*(${NUMBER})\\s*(?:s|sec|"|″)?)?$`,
)

/**
 * An angle in degrees, written as astropy's Angle reads it: a number in `unit` (a constant of this
 * module), or text of a number or of hours or degrees, minutes and seconds (`01:02:03.4`, `1 2
 * 3.4`, `1h2m3.4s`, `-1d2m3s`), with a unit of its own or a point of the compass. NaN where it is
 * none.
 */
export function degreesOf(text: string, unit: number): number {
  const [, sign, body = '', compass = ''] = /^([+-]?)(.*?)([NSEW]?)$/.exec(text.trim()) ?? []
  if (sign && compass) return Number.NaN
  const negative = sign === '-' || compass === 'S' || compass === 'W'
  return (negative ? -1 : 1) * unsigned(body.trim(), unit)
}

function unsigned(text: string, unit: number): number {
  const simple = SIMPLE.exec(text)
  if (simple) return Number(simple[1]) * unitOf(simple[2]!, unit)
  const parts = SEXAGESIMAL.exec(text)
  if (parts) return sexagesimal(parts, unitOf(parts[4]!, unit))
  const hours = HMS.exec(text)
  if (hours) return sexagesimal(hours, HOUR)
  const degrees = DMS.exec(text)
  return degrees ? sexagesimal(degrees, DEGREE) : Number.NaN
}

function unitOf(name: string, otherwise: number): number {
  return name === '' ? otherwise : (UNITS.find(([form]) => form.test(name))?.[1] ?? Number.NaN)
}

function sexagesimal([, first, minutes = '0', seconds = '0']: readonly (string | undefined)[], unit: number): number {
  const [whole, m, s] = [Number(first), Number(minutes), Number(seconds)]
  if (m > 60 || s > 60 || (unit === HOUR && whole > 24)) return Number.NaN
  return (whole + m / 60 + s / 3600) * unit
}
