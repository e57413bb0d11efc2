import { all, type Fragment, query, type Sql } from '../../database/sql.ts'
import type { Filed, FiledThumbnail } from '../filed.ts'

/** A frame as the database gives it: times as PostgreSQL text in UTC, area as GeoJSON text. */
export interface FrameRow {
  id: number
  basename: string
  area: string | null
  observation_date: string | null
  observation_day: string | null
  proposal_id: string
  instrument_id: string
  target_name: string
  reduction_level: number
  site_id: string
  telescope_id: string
  exposure_time: number | null
  primary_optical_element: string
  public_date: string | null
  configuration_type: string
  observation_id: number | null
  request_id: number | null
  /** id, key, md5, extension, created, filed, elsewhere (as in FiledVersion); newest first. */
  versions: [number, string, string, string, string, Filed | null, Filed[] | null][]
  related_frames?: number[]
  /** id, size, basename, extension, key, filed. */
  thumbnails?: [number, string, string, string, string, FiledThumbnail | null][]
}

/** What is asked of a frame besides its own columns and versions. */
export interface Parts {
  related: boolean
  thumbnails: boolean
}

/** The columns of a FrameRow, of frames f. */
export const frameColumns = (sql: Sql, parts: Parts): Fragment =>
  all(sql, [
    query(sql, 'frames/columns.frame', {}),
    ...(parts.related ? [query(sql, 'frames/columns.related', {})] : []),
    ...(parts.thumbnails ? [query(sql, 'frames/columns.thumbnails', {})] : []),
  ])
