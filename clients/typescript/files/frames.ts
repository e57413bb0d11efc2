import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Archive } from '../archive.ts'
import { checkMd5, type FrameFile, filenameOf, fileSource, versionOf } from '../frame_file.ts'
import type { Frame } from '../records.ts'
import type { TransferOptions } from '../transfer.ts'
import { inParallel } from './parallel.ts'
import { clearPart, md5Of, openPart } from './part.ts'
import { toDisk } from './to_disk.ts'

/** A file that is there now. */
export interface Downloaded {
  name: string
  path: string
  outcome: 'downloaded' | 'already_there'
}

/** How a download of frames is watched, and stopped. */
export interface DownloadOptions {
  /** Called with each piece: the bytes of a file so far, and all; null: their number is not known. */
  onProgress?: (progress: { name: string; bytes: number; total: number | null }) => void
  /** Called with each file that is there. */
  onFile?: (file: Downloaded) => void
  signal?: AbortSignal
}

/**
 * Downloads the file of a frame into a folder, under its own name. It is `NAME.part` until it is
 * whole and its MD5 right; when the program is killed, the next run goes on with it. A file that is
 * there already is left as it is if its MD5 is right, and replaced if not.
 * @throws ArchiveError, which names the file; where the MD5 is wrong nothing is left of it
 */
export async function downloadFrame(
  { connection }: Archive,
  file: FrameFile,
  folder: string,
  { onProgress, onFile, signal }: DownloadOptions = {},
): Promise<Downloaded> {
  const name = filenameOf(file)
  const version = versionOf(file)
  const path = join(folder, name)
  const done = (outcome: Downloaded['outcome']): Downloaded => {
    const downloaded = { name, path, outcome }
    onFile?.(downloaded)
    return downloaded
  }
  if ((await md5Of(path).catch(absent)) === version.md5.toLowerCase()) {
    await clearPart(path)
    return done('already_there')
  }
  await mkdir(folder, { recursive: true })
  const part = await openPart(path, version.md5)
  const options: TransferOptions = {
    ...(onProgress && { onProgress: (bytes, total) => onProgress({ name, bytes, total }) }),
    ...(signal && { signal }),
  }
  await toDisk(connection, fileSource(connection, file, signal), part, options)
  try {
    checkMd5(name, version, await part.md5())
  } catch (error) {
    await part.discard()
    throw error
  }
  await part.finish()
  return done('downloaded')
}

function absent(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null
  throw error
}

/**
 * Downloads the newest files of frames into a folder, several at a time, each once.
 * @param frames what `archive.frames()` gives, or a list
 * @param options parallel: how many at a time, 4 unless given
 * @returns the files in the order in which they were done
 * @throws AggregateError when all others are there: an ArchiveError of each that is not
 */
export async function downloadFrames(
  archive: Archive,
  frames: Iterable<Frame> | AsyncIterable<Frame>,
  folder: string,
  { parallel = 4, ...options }: DownloadOptions & { parallel?: number } = {},
): Promise<Downloaded[]> {
  const files: Downloaded[] = []
  const { count, errors } = await inParallel(eachOnce(frames), parallel, options.signal, async (frame) => {
    files.push(await downloadFrame(archive, { frame }, folder, options))
  })
  if (errors.length)
    throw new AggregateError(
      errors,
      `${errors.length} of ${count} files could not be downloaded: ${errors[0]!.message}`,
    )
  return files
}

/** Two downloads of one file would write into each other's part. */
async function* eachOnce(frames: Iterable<Frame> | AsyncIterable<Frame>): AsyncGenerator<Frame, void, undefined> {
  const seen = new Set<number>()
  for await (const frame of frames) {
    if (seen.has(frame.id)) continue
    seen.add(frame.id)
    yield frame
  }
}
