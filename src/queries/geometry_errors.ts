import postgres from 'postgres'
import { BEYOND_POLES, CROSSES_ITSELF } from '../schemas/sky.ts'

/** Errors by which PostGIS says that a geometry is not one: internal error, invalid parameter, invalid text, out of range, stack depth. */
const GEOMETRY_ERRORS = new Set(['XX000', '22023', '22P02', '22003', '54001'])
/** Those of sky_area(). */
const AREA_ERRORS: Record<string, string> = { SKY01: BEYOND_POLES, SKY02: CROSSES_ITSELF }

/** What is wrong with a geometry beyond that it is none; undefined: nothing that PostGIS says. */
export const geometryReason = (error: unknown): string | undefined =>
  /antipodal/i.test((error as Error).message)
    ? 'An edge of 180 degrees has no direction: put a position into it.'
    : undefined

export const isGeometryError = (error: unknown): boolean =>
  error instanceof postgres.PostgresError && GEOMETRY_ERRORS.has(error.code)

/** What is wrong with the area of a frame that the database refused; undefined: the error is no fault of an area. */
export const areaError = (error: unknown): string | undefined =>
  error instanceof postgres.PostgresError
    ? (AREA_ERRORS[error.code] ?? (isGeometryError(error) ? 'PostGIS cannot read this area as a Polygon.' : undefined))
    : undefined
