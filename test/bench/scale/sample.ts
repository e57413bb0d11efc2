import type { Pool } from '../../../src/database/open.ts'

/** Public frames of the fill, with what requests are made of. */
export interface Sampled {
  id: number
  basename: string
  /** Microseconds since 1970. */
  taken: number
  day: string
  proposal_id: string
  instrument_id: string
  target_name: string
  reduction_level: number
  site_id: string
  telescope_id: string
  primary_optical_element: string
  configuration_type: string
  request_id: number
  /** The middle of its area in degrees; null for calibrations. */
  ra: number | null
  dec: number | null
}

/** Numbers from 0 up to 1, the same in each run. */
export function chances(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Up to `n` public frames out of ids 1 to `frames`, drawn evenly, always the same. */
export async function sampleFrames(sql: Pool, frames: number, n: number): Promise<Sampled[]> {
  const chance = chances(1)
  const drawn = new Set<number>()
  while (drawn.size < Math.min(3 * n, frames)) drawn.add(1 + Math.floor(chance() * frames))
  const ids = [...drawn]
  const found = await sql<Sampled[]>`
    select id, basename, (extract(epoch from observation_date) * 1000000)::float8 as taken, observation_day::text as day, proposal_id,
      instrument_id, target_name, reduction_level, site_id, telescope_id, primary_optical_element, configuration_type, request_id,
      st_x(st_centroid(area::geometry)) as ra, st_y(st_centroid(area::geometry)) as dec
    from frames where id = any (${ids}::int[]) and public_date < now() order by array_position(${ids}::int[], id)`
  return [...found].slice(0, n)
}

/** A time in microseconds since 1970 as ISO 8601. */
export const isoOf = (microseconds: number): string => {
  const whole = Math.floor(microseconds / 1000)
  return `${new Date(whole).toISOString().slice(0, -1)}${String(microseconds - 1000 * whole).padStart(3, '0')}Z`
}
