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
  modified?: string
  /** Newest first. */
  versions: FrameVersion[]
  related_frames?: number[]
  thumbnails?: FrameThumbnail[]
}

// tuples: with objects, a page of 100 frames takes the database and the driver 5 to 10 % longer

/** The last two as in FiledVersion. */
export type FrameVersion = [
  id: number,
  key: string,
  md5: string,
  extension: string,
  created: string,
  filed: Filed | null,
  elsewhere: Filed[] | null,
]
export type FrameThumbnail = [
  id: number,
  size: string,
  basename: string,
  extension: string,
  key: string,
  filed: FiledThumbnail | null,
]

/** What is asked of a frame besides its own columns and versions. */
export interface Parts {
  related: boolean
  thumbnails: boolean
  /** Left out: false. */
  modified?: boolean
}

/** The columns of a FrameRow, of frames f. */
export const frameColumns = (sql: Sql, parts: Parts): Fragment =>
  all(sql, [
    query(sql, 'frames/columns.frame', {}),
    ...(parts.related ? [query(sql, 'frames/columns.related', {})] : []),
    ...(parts.modified ? [query(sql, 'frames/columns.modified', {})] : []),
    ...(parts.thumbnails ? [query(sql, 'frames/columns.thumbnails', {})] : []),
  ])
