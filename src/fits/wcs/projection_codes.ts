import { conics } from './conics.ts'
import { cubes } from './cubes.ts'
import { cylindricals } from './cylindricals.ts'
import { healpix } from './healpix.ts'
import { perspectives } from './perspectives.ts'
import { polyconics } from './polyconics.ts'
import type { Maker, Parameters, Projection } from './projections.ts'
import { zenithals } from './zenithals.ts'

const MAKERS: Record<string, Maker> = {
  ...zenithals,
  ...perspectives,
  ...cylindricals,
  ...conics,
  ...polyconics,
  ...cubes,
  ...healpix,
}

/** The projection of a CTYPE code; undefined if the code, or its parameters, are not supported. */
export function makeProjection(code: string, parameters: Parameters): Projection | undefined {
  return Object.hasOwn(MAKERS, code) ? MAKERS[code]!(parameters) : undefined
}
