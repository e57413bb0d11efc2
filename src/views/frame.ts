import { frameRefs, frameThumbnailRef, frameVersionRef } from '../files/store/refs.ts'
import type { FileStore, StoredFile } from '../files/store/store.ts'
import type { FrameRow, FrameThumbnail } from '../queries/frames/columns.ts'
import { RawJson } from '../raw_json.ts'
import { isoTime, isoTimeOrNull } from './time.ts'

/** Every stored file of a frame: its versions and its thumbnails. */
export const filesOf = (row: FrameRow, { classes }: Pick<FileStore, 'classes'>): StoredFile[] =>
  frameRefs(row, classes).map((ref) => ({ ...ref, isPublic: isOpen(row) }))

/** Where URLs come from: the store, and the archive's base URL for files that it serves itself. */
export interface Links {
  store: FileStore
  base: string
}

/** Whether a frame is public by now. Without a date it never is. */
export const isOpen = (row: { public_date: string | null }): boolean =>
  row.public_date !== null && Date.parse(isoTime(row.public_date)) < Date.now()

/** Without a date the frame has no path, and so no URL: the reference leaves the key out. */
function showVersions(row: FrameRow, { store, base }: Links) {
  return row.versions.map(([id, key, md5, extension, created], i) => {
    const url = () => {
      // not by `...`, which costs more than all the rest of a URL that is not signed
      const { path, pathNow, newest } = frameVersionRef(row, i, store.classes)
      return store.url({ path, pathNow, key, newest, isPublic: isOpen(row) }, base)
    }
    return {
      id,
      key,
      md5,
      extension,
      created: isoTime(created),
      url: row.observation_date === null ? undefined : url(),
    }
  })
}

/** A thumbnail as it is nested in its frame. */
function showNestedThumbnail(row: FrameRow, thumbnail: FrameThumbnail, { store, base }: Links) {
  const [id, size, basename, extension, key] = thumbnail
  const { path, pathNow, newest } = frameThumbnailRef(row, thumbnail)
  const url = store.url({ path, pathNow, key, newest, isPublic: isOpen(row) }, base)
  return { id, size, basename, extension, key, frame: row.id, url }
}

const POLYGON = '{"type":"Polygon","coordinates":'
/**
 * In coordinates: what is no number, and numbers that JavaScript may write with other digits than
 * PostGIS (below a millionth it uses an exponent; sixteen digits from 8 to 10 are more than such a
 * number holds).
 */
const WRITTEN_OTHERWISE = /[^\d.,[\]}-]|\b0\.000000|\b[89]\.\d{15}|-0\b(?!\.)/

/** An adopted area may hold coordinates that are no numbers, which is no JSON: it is not shown. */
function areaOf(geojson: string): unknown {
  if (geojson.startsWith(POLYGON) && !WRITTEN_OTHERWISE.test(geojson.slice(POLYGON.length))) return new RawJson(geojson)
  try {
    return JSON.parse(geojson)
  } catch {
    return undefined
  }
}

/** A frame as writes answer it: without upper-case doubles; `url` only where there is a file. */
export function showWrittenFrame(row: FrameRow, links: Links) {
  const version_set = showVersions(row, links)
  const newest = version_set[0]
  // one literal, whose undefined keys JSON leaves out: adding keys in turn costs several times more
  return {
    id: row.id,
    basename: row.basename,
    area: row.area === null ? undefined : areaOf(row.area),
    observation_date: isoTimeOrNull(row.observation_date),
    observation_day: row.observation_day,
    proposal_id: row.proposal_id,
    instrument_id: row.instrument_id,
    target_name: row.target_name,
    reduction_level: row.reduction_level,
    site_id: row.site_id,
    telescope_id: row.telescope_id,
    exposure_time: row.exposure_time,
    primary_optical_element: row.primary_optical_element,
    public_date: isoTimeOrNull(row.public_date),
    configuration_type: row.configuration_type,
    observation_id: row.observation_id,
    request_id: row.request_id,
    modified: row.modified === undefined ? undefined : isoTime(row.modified),
    version_set,
    url: newest?.url,
    filename: newest && row.basename + newest.extension,
    related_frames: row.related_frames,
  }
}

/** A frame with the upper-case doubles of older clients; `url` and `filename` may be null. */
export function showFrame(row: FrameRow, links: Links) {
  const frame = showWrittenFrame(row, links)
  // a literal again: with `...frame` in it a page takes several times as long
  return {
    id: frame.id,
    basename: frame.basename,
    area: frame.area,
    observation_date: frame.observation_date,
    observation_day: frame.observation_day,
    proposal_id: frame.proposal_id,
    instrument_id: frame.instrument_id,
    target_name: frame.target_name,
    reduction_level: frame.reduction_level,
    site_id: frame.site_id,
    telescope_id: frame.telescope_id,
    exposure_time: frame.exposure_time,
    primary_optical_element: frame.primary_optical_element,
    public_date: frame.public_date,
    configuration_type: frame.configuration_type,
    observation_id: frame.observation_id,
    request_id: frame.request_id,
    modified: frame.modified,
    version_set: frame.version_set,
    url: frame.url ?? null,
    filename: frame.filename ?? null,
    related_frames: frame.related_frames,
    thumbnails: row.thumbnails?.map((t) => showNestedThumbnail(row, t, links)),
    DATE_OBS: frame.observation_date,
    DAY_OBS: frame.observation_day,
    PROPID: frame.proposal_id,
    INSTRUME: frame.instrument_id,
    OBJECT: frame.target_name,
    RLEVEL: frame.reduction_level,
    SITEID: frame.site_id,
    TELID: frame.telescope_id,
    EXPTIME: frame.exposure_time,
    FILTER: frame.primary_optical_element,
    L1PUBDAT: frame.public_date,
    OBSTYPE: frame.configuration_type,
    BLKUID: frame.observation_id,
    REQNUM: frame.request_id,
  }
}
