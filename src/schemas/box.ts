import { BEYOND_POLES, type Box, foldRa } from './sky.ts'
import { type Refusal, refuse } from './values.ts'

type Corners = [ra1: number, dec1: number, ra2: number, dec2: number]

const NUMBER = /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?\s*$/i

/** The box of `RA1,DEC1,RA2,DEC2`: RA is folded into 0 to 360, a full turn is the circle. */
export function parseBox(text: string): Box | Refusal {
  const parts = text.split(',', 5)
  // what is as near to 0 as makes no difference: the database refuses to multiply what is too small
  const [ra1, dec1, ra2, dec2] = parts.map((p) => (Math.abs(Number(p)) < 1e-12 ? 0 : Number(p))) as Corners
  if (parts.length !== 4 || !parts.every((p) => NUMBER.test(p) && Math.abs(Number(p)) <= 1e6))
    return refuse('Enter four numbers in degrees: RA1,DEC1,RA2,DEC2.')
  if (Math.abs(dec1) > 90 || Math.abs(dec2) > 90) return refuse(BEYOND_POLES)
  if (dec1 > dec2) return refuse('DEC1 must not be above DEC2.')
  const width = ra2 - ra1 >= 360 ? 360 : foldRa(ra2 - ra1)
  return { ra: foldRa(ra1), width, dec1, dec2 }
}
