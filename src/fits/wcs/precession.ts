import { DEGREES, sind } from './degrees.ts'
import { compose, dot, type Matrix3, multiplyVector, normalize, rotate, transpose, type Vector } from './matrices.ts'

/** Julian dates of Besselian years, such as B1950.0, and of Julian years, such as J2000.0. */
const besselian = (year: number): number => 2415020.31352 + (year - 1900) * 365.242198781
const julian = (year: number): number => 2451545 + (year - 2000) * 365.25
const centuries = (date: number): number => (date - 2451545) / 36525

const polynomial = (t: number, ...coefficients: number[]): number =>
  coefficients.reduceRight((sum, c) => sum * t + c, 0)

/**
 * Fukushima-Williams angles of bias and precession in degrees: gamma, phi, psi and obliquity (IAU
 * 2006; Hilton et al. 2006, Celest. Mech. Dyn. Astron. 94, 351).
 */
function angles(t: number): [number, number, number, number] {
  const seconds = [
    polynomial(t, -0.052928, 10.556378, 0.4932044, -0.00031238, -0.000002788, 0.000000026),
    polynomial(t, 84381.412819, -46.811016, 0.0511268, 0.00053289, -0.00000044, -0.0000000176),
    polynomial(t, -0.041775, 5038.481484, 1.5584175, -0.00018522, -0.000026452, -0.0000000148),
    polynomial(t, 84381.406, -46.836769, -0.0001831, 0.0020034, -0.000000576, -0.0000000434),
  ]
  return seconds.map((angle) => angle / 3600) as [number, number, number, number]
}

/** From ICRS to the mean equator and equinox of a time in Julian centuries from J2000. */
function biasAndPrecession(t: number): Matrix3 {
  const [gamma, phi, psi, obliquity] = angles(t)
  return compose(rotate('x', -obliquity), rotate('z', -psi), rotate('x', phi), rotate('z', gamma))
}

/** From ICRS to the mean ecliptic and equinox of a year (astropy's BarycentricMeanEcliptic). */
export function eclipticFromIcrs(year: number, isBesselian: boolean): Matrix3 {
  const [gamma, phi, psi] = angles(centuries(isBesselian ? besselian(year) : julian(year)))
  return compose(rotate('z', -psi), rotate('x', phi), rotate('z', gamma))
}

/** From ICRS to FK5 at J2000 (USNO Circular 179, section 3.5). */
const ICRS_TO_FK5 = compose(rotate('x', 19.9 / 3600000), rotate('y', 9.1 / 3600000), rotate('z', -22.9 / 3600000))

/** From FK5 at J2000 to FK5 at another equinox, a Julian year. */
function fk5Precession(year: number): Matrix3 {
  if (year === 2000) return rotate('z', 0)
  return compose(biasAndPrecession(centuries(julian(year))), transpose(biasAndPrecession(0)))
}

/** From ICRS to FK5 at an equinox, a Julian year. */
export function fk5FromIcrs(year: number): Matrix3 {
  return compose(fk5Precession(year), ICRS_TO_FK5)
}

/** From FK5 at J2000 to galactic, and from galactic to supergalactic coordinates. */
const GALACTIC = compose(
  rotate('z', 180 - 122.9319185680026),
  rotate('y', 90 - 27.12825118085622),
  rotate('z', 192.8594812065348),
)
const SUPERGALACTIC = compose(rotate('z', 90), rotate('y', 90 - 6.32), rotate('z', 47.37))

export const GALACTIC_FROM_ICRS = compose(GALACTIC, ICRS_TO_FK5)
export const SUPERGALACTIC_FROM_ICRS = compose(SUPERGALACTIC, GALACTIC, ICRS_TO_FK5)

/**
 * B1950 to J2000, and its change per Julian century from 1950 (Murray 1989, A&A 218, 325, eq. 28,
 * 29).
 */
const MURRAY: Matrix3 = [
  [0.9999256794956877, -0.0111814832204662, -0.0048590038153592],
  [0.0111814832391717, 0.9999374848933135, -0.0000271625947142],
  [0.0048590037723143, -0.000027170293744, 0.9999881946023742],
]
const MURRAY_CHANGE: Matrix3 = [
  [-0.0026455262e-6, -1.1539918689e-6, 2.111134619e-6],
  [1.1540628161e-6, -0.0129042997e-6, 0.0236021478e-6],
  [-2.1112979048e-6, -0.0056024448e-6, 0.0102587734e-6],
]

/** Newcomb's precession from one Besselian year to another. */
function newcomb(from: number, to: number): Matrix3 {
  const t = (from - 1850) / 1000
  const dt = (to - from) / 1000
  const angle = (...c: [number, number, number]): number => (((c[2] * dt + c[1]) * dt + c[0]) * dt) / 3600
  const first = (0.06 * t + 139.72) * t + 23035.545
  const zeta = angle(first, -0.27 * t + 30.24, 17.995)
  const z = angle(first, 0.39 * t + 109.48, 18.325)
  const theta = angle((-0.37 * t - 85.29) * t + 20051.12, -0.37 * t - 42.65, -41.8)
  return compose(rotate('z', -z), rotate('y', theta), rotate('z', -zeta))
}

/**
 * From FK4 at an equinox (a Besselian year), without E-terms, to ICRS, for observations of that
 * year.
 */
export function icrsFromFk4WithoutE(year: number): Matrix3 {
  const t = (2000 + (besselian(year) - 2451545) / 365.25 - 1950) / 100
  const toJ2000 = MURRAY.map((row, i) => row.map((x, j) => x + MURRAY_CHANGE[i]![j]! * t)) as Matrix3
  return compose(transpose(ICRS_TO_FK5), toJ2000, newcomb(year, 1950))
}

/** An FK4 direction without the E-terms of aberration, which FK4 positions include. */
export function removeETerms(year: number, direction: Vector): Vector {
  const date = besselian(year)
  const t = (date - 2433282.5) / 36525
  const size = (0.0056932 / DEGREES) * polynomial(t, 0.01673011, -0.00004193, -0.000000126)
  const perigee = polynomial(t, 1015489.951, 6190.67, 1.65, 0.012) / 3600
  const obliquity = polynomial(centuries(date), 84381.448, -46.815, -0.00059, 0.001813) / 3600
  const along = -size * sind(90 - perigee)
  const terms: Vector = [size * sind(perigee), along * sind(90 - obliquity), along * sind(obliquity)]
  const share = dot(terms, direction)
  return normalize(direction.map((x, i) => x - terms[i]! + share * x) as Vector)
}

/** The unit vector that a rotation turns into `direction`. */
export function multiplyInverse(matrix: Matrix3, direction: Vector): Vector {
  return normalize(multiplyVector(transpose(matrix), direction))
}
