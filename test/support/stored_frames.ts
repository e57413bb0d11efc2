import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Pool } from '../../src/database/open.ts'
import { framePath, thumbnailPath } from '../../src/files/store/paths.ts'

const md5Of = (text: string): string => createHash('md5').update(text).digest('hex')

/** A frame as these helpers write it; what is not given is that of an ordinary one. */
export interface StoredFrame {
  basename: string
  observation_date: string | null
  observation_day: string | null
  configuration_type: string
  instrument_id: string
  proposal_id: string
  site_id: string
  telescope_id: string
  reduction_level: number
  request_id: number | null
  observation_id: number | null
  /** The size that is recorded of each version; null: not known. */
  sizes: (number | null)[]
  thumbnails: number
}

export const storedFrame = (basename: string, over: Partial<StoredFrame> = {}): StoredFrame => ({
  basename,
  observation_date: '2016-01-02T03:04:05Z',
  observation_day: '2016-01-02',
  configuration_type: 'EXPOSE',
  instrument_id: 'kb70',
  proposal_id: 'shire',
  site_id: 'cpt',
  telescope_id: '1m0a',
  reduction_level: 0,
  request_id: 2,
  observation_id: 1,
  sizes: [10],
  thumbnails: 0,
  ...over,
})

/** Writes frames with their versions and thumbnails in a few statements; gives their ids by name. */
export async function insertFrames(sql: Pool, frames: readonly StoredFrame[]): Promise<Map<string, number>> {
  const records = JSON.stringify(frames.map((frame) => ({ ...frame, public_date: '2017-01-02T03:04:05Z' })))
  const made = await sql<{ id: number; basename: string }[]>`
    insert into frames (basename, observation_date, observation_day, configuration_type, instrument_id, proposal_id, site_id,
      telescope_id, reduction_level, request_id, observation_id, public_date, primary_optical_element, target_name)
    select r.basename, r.observation_date, r.observation_day, r.configuration_type, r.instrument_id, r.proposal_id, r.site_id,
      r.telescope_id, r.reduction_level, r.request_id, r.observation_id, r.public_date, 'V', 'M 31'
    from jsonb_populate_recordset(null::frames, ${records}::text::jsonb) r
    returning id, basename`
  const ids = new Map(made.map(({ id, basename }) => [basename, id]))
  const versions = frames.flatMap(({ basename, sizes }) =>
    sizes.map((size, i) => ({
      frame_id: ids.get(basename),
      md5: md5Of(contentOf(basename, i)),
      size,
      extension: EXTENSIONS[i],
    })),
  )
  await sql`insert into versions (frame_id, key, md5, extension, size)
    select v.frame_id, v.md5, v.md5, v.extension, v.size from jsonb_populate_recordset(null::versions, ${JSON.stringify(versions)}::text::jsonb) v`
  const thumbnails = frames.flatMap(({ basename, thumbnails }) =>
    Array.from({ length: thumbnails }, (_, i) => ({
      frame_id: ids.get(basename),
      basename: thumbnailName(basename, i),
      key: md5Of(thumbnailName(basename, i)),
    })),
  )
  await sql`insert into thumbnails (frame_id, basename, key, size, extension)
    select t.frame_id, t.basename, t.key, 'small', '.jpg' from jsonb_populate_recordset(null::thumbnails, ${JSON.stringify(thumbnails)}::text::jsonb) t`
  return ids
}

/** Versions of a frame each have another extension, and so a file of their own in a directory. */
const EXTENSIONS = ['.fits', '.pdf', '.tar.gz']
const contentOf = (basename: string, i: number): string => `${basename}, version ${i}`
const thumbnailName = (basename: string, i: number): string => `${basename}-small-${i}`

/** Puts their files where a directory store has them; gives the files' paths in it. */
export function writeFiles(root: string, frames: readonly StoredFrame[]): string[] {
  const written: string[] = []
  const write = (path: string, content: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), content)
    written.push(path)
  }
  for (const frame of frames) {
    for (const i of frame.sizes.keys()) write(framePath(frame, EXTENSIONS[i]!), contentOf(frame.basename, i))
    for (let i = 0; i < frame.thumbnails; i++) {
      const name = thumbnailName(frame.basename, i)
      write(thumbnailPath(frame, `${name}.jpg`), name)
    }
  }
  return written
}

/** All files of a directory store, by path. */
export const filesIn = (root: string): string[] =>
  readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .sort()
