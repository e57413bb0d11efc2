import type { FrameRow } from '../queries/frames.ts'
import { framePath, thumbnailPath } from '../store/paths.ts'
import type { FileStore, StoredFile } from '../store/store.ts'
import { isoTime, isoTimeOrNull } from './time.ts'

/** Every stored file of a frame: its versions and its thumbnails. */
export function filesOf(row: FrameRow): StoredFile[] {
  const isPublic = isOpen(row)
  return [
    ...row.versions.map(([, key, , extension], i) => ({ path: framePath(row, extension), key, newest: i === 0, isPublic })),
    ...(row.thumbnails ?? []).map(([, , basename, extension, key]) => ({ path: thumbnailPath(row, basename, extension), key, newest: true, isPublic })),
  ]
}

/** What a view needs besides the row: the store that gives URLs, and the archive's own base URL for files it serves itself. */
export interface Links {
  store: FileStore
  base: string
}

/** A stored file as the store addresses it. */
function fileUrl({ store, base }: Links, row: FrameRow, path: string, key: string, newest: boolean): string {
  return store.url({ path, key, newest, isPublic: isOpen(row) }, base)
}

export const isOpen = (row: { public_date: string | null }): boolean => row.public_date !== null && Date.parse(isoTime(row.public_date)) < Date.now()

function versions(row: FrameRow, links: Links) {
  return row.versions.map(([id, key, md5, extension, created], i) => {
    const version = { id, key, md5, extension, created: isoTime(created) }
    // without a date the frame has no path, and so no URL: the reference leaves the key out
    if (row.observation_date === null) return version
    return { ...version, url: fileUrl(links, row, framePath(row, extension), key, i === 0) }
  })
}

/** One frame's thumbnails, as nested in a frame and as in the lists of /thumbnails/. */
export function thumbnail(row: FrameRow, [id, size, basename, extension, key]: NonNullable<FrameRow['thumbnails']>[number], links: Links) {
  const url = fileUrl(links, row, thumbnailPath(row, basename, extension), key, true)
  return { id, size, basename, extension, key, frame: row.id, url }
}

/** A frame as writes answer it and as it is nested in a thumbnail: without the upper-case doubles; `url` only where there is a file. */
export function writtenFrame(row: FrameRow, links: Links): Record<string, unknown> {
  const version_set = versions(row, links)
  const newest = version_set[0] as { extension: string; url?: string } | undefined
  const frame: Record<string, unknown> = { id: row.id, basename: row.basename }
  if (row.area !== null) frame.area = JSON.parse(row.area)
  Object.assign(frame, {
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
    version_set,
  })
  if (newest?.url !== undefined) frame.url = newest.url
  if (newest) frame.filename = row.basename + newest.extension
  if (row.related_frames) frame.related_frames = row.related_frames
  return frame
}

/** A frame as it is read: with the upper-case doubles that older clients know; `url` and `filename` null while it has no file. */
export function readFrame(row: FrameRow, links: Links): Record<string, unknown> {
  const frame = writtenFrame(row, links)
  frame.url ??= null
  frame.filename ??= null
  if (row.thumbnails) frame.thumbnails = row.thumbnails.map((t) => thumbnail(row, t, links))
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
