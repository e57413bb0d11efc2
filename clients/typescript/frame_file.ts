import { type Ask, addressOf, ask, type Connection, readJson, urlOf } from './connection.ts'
import { ArchiveError } from './error.ts'
import { md5 } from './md5.ts'
import type { Frame, Version } from './records.ts'
import { type Source, type TransferOptions, transfer } from './transfer.ts'

/** A file of a frame: the frame as a list or a detail shows it, and which of its versions. */
export interface FrameFile {
  frame: Pick<Frame, 'id' | 'basename' | 'version_set'>
  /** The newest unless given. */
  version?: Version | undefined
}

/**
 * Its version.
 * @throws ArchiveError where the frame has no file; TypeError for something else than a frame, such as its id
 */
export function versionOf({ frame, version = frame?.version_set?.[0] }: FrameFile): Version {
  if (!frame?.version_set || (version && !version.md5))
    throw new TypeError('give the frame as archive.frame(id) or a list has it, and a version of its version_set')
  if (!version) throw new ArchiveError(frame.basename, 'the frame has no file')
  return version
}

/** What file systems take, in bytes, with room for what stands behind it while it is a part. */
const LONGEST_NAME = 240

/**
 * The name of the file.
 * @throws ArchiveError for one that would lead out of a folder, is that of a hidden file, or has
 * characters that are not to be seen or that a file system does not take
 */
export function filenameOf(file: FrameFile): string {
  const name = file.frame.basename + versionOf(file).extension
  const isLong = new TextEncoder().encode(name).length > LONGEST_NAME
  if (name === '' || isLong || /^\.|[/\\:*?"<>|\p{C}\p{Zl}\p{Zp}]/u.test(name))
    throw new ArchiveError(JSON.stringify(name), 'this is no name for a file')
  return name
}

/** The file as something to download: where its URL has expired, the archive is asked for another. */
export function fileSource(connection: Connection, file: FrameFile, signal?: AbortSignal): Source {
  const { frame } = file
  const version = versionOf(file)
  const about = filenameOf(file)
  let url = version.url ?? null
  return {
    name: about,
    async ask() {
      url ??= await currentUrl(connection, frame.id, version, about, signal)
      return { url: addressOf(about, url, connection.root, GONE.status).href, about, redirects: 'anywhere' }
    },
    renew() {
      url = null
      return true
    },
  }
}

/** Nothing to wait for. */
const GONE = { status: 404 }

async function currentUrl(
  connection: Connection,
  id: number,
  version: Version,
  about: string,
  signal: AbortSignal | undefined,
): Promise<string> {
  const asked: Ask = { url: urlOf(connection, `/frames/${id}/`), signal, about }
  const frame = readJson<Frame>(asked, await ask(connection, asked))
  const found = frame.version_set.find((each) => each.id === version.id)
  if (!found) throw new ArchiveError(about, 'the archive has this version of the frame no more', GONE)
  if (!found.url) throw new ArchiveError(about, 'the archive does not say where the file is', GONE)
  return found.url
}

/**
 * The bytes of a file of a frame. The stream goes on by itself where a connection breaks; it ends
 * with an error where they are not those of the version's MD5.
 */
export function openFile(
  connection: Connection,
  file: FrameFile,
  options: TransferOptions = {},
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const pieces = checkedPieces(connection, file, options)
  return new ReadableStream({
    async pull(controller) {
      const { value, done } = await pieces.next()
      if (done) controller.close()
      else controller.enqueue(value)
    },
    async cancel() {
      await pieces.return()
    },
  })
}

async function* checkedPieces(
  connection: Connection,
  file: FrameFile,
  options: TransferOptions,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
  const source = fileSource(connection, file, options.signal)
  const hash = md5()
  let at = 0
  for await (const event of transfer(connection, source, { at: 0, etag: null, total: null }, options)) {
    if (event.kind === 'begin') {
      if (event.at !== at) throw new ArchiveError(source.name, 'the file was replaced while it was downloaded')
      continue
    }
    hash.update(event.bytes)
    at += event.bytes.length
    yield event.bytes
  }
  checkMd5(source.name, versionOf(file), hash.hex())
}

/** @throws ArchiveError where an MD5 is not that of the version */
export function checkMd5(name: string, { md5: wanted }: Version, found: string): void {
  if (found !== wanted.toLowerCase())
    throw new ArchiveError(name, `the file has the MD5 ${found} where the archive says ${wanted}`)
}
