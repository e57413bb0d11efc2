import { frameRefs, frameThumbnailRef, frameVersionRef } from '../files/store/refs.ts'
import type { FileStore, StoredFile } from '../files/store/store.ts'
import type { FrameRow, FrameThumbnail } from '../queries/frames/columns.ts'
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
    const file = () => ({ ...frameVersionRef(row, i, store.classes), isPublic: isOpen(row) })
    return {
      id,
      key,
      md5,
      extension,
      created: isoTime(created),
      url: row.observation_date === null ? undefined : store.url(file(), base),
    }
  })
}

/** A thumbnail as it is nested in its frame. */
function showNestedThumbnail(row: FrameRow, thumbnail: FrameThumbnail, { store, base }: Links) {
  const [id, size, basename, extension, key] = thumbnail
  const url = store.url({ ...frameThumbnailRef(row, thumbnail), isPublic: isOpen(row) }, base)
  return { id, size, basename, extension, key, frame: row.id, url }
}

/** An adopted area may hold coordinates that are no numbers, which is no JSON: it is not shown. */
function areaOf(geojson: string): unknown {
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
export function showFrame(row: FrameRow, links: Links): Record<string, unknown> {
  const frame: Record<string, unknown> = showWrittenFrame(row, links)
  frame.url ??= null
  frame.filename ??= null
  if (row.thumbnails) frame.thumbnails = row.thumbnails.map((t) => showNestedThumbnail(row, t, links))
  frame.DATE_OBS = frame.observation_date
  frame.DAY_OBS = frame.observation_day
  frame.PROPID = frame.proposal_id
  frame.INSTRUME = frame.instrument_id
  frame.OBJECT = frame.target_name
  frame.RLEVEL = frame.reduction_level
  frame.SITEID = frame.site_id
  frame.TELID = frame.telescope_id
  frame.EXPTIME = frame.exposure_time
  frame.FILTER = frame.primary_optical_element
  frame.L1PUBDAT = frame.public_date
  frame.OBSTYPE = frame.configuration_type
  frame.BLKUID = frame.observation_id
  frame.REQNUM = frame.request_id
  return frame
}
