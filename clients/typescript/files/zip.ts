import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Archive } from '../archive.ts'
import { type Ask, type Connection, urlOf } from '../connection.ts'
import { ArchiveError } from '../error.ts'
import type { ZipRequest } from '../records.ts'
import type { Source, TransferOptions } from '../transfer.ts'
import { openPart } from './part.ts'
import { toDisk } from './to_disk.ts'

/** The frames of a ZIP, and in what form. */
export type ZipOptions = Omit<ZipRequest, 'frame_ids' | 'auth_token'> & TransferOptions

/**
 * Downloads frames as one ZIP. It is `PATH.part` until it is whole; when the program is killed, the
 * next run goes on with it at the address that the archive gave, as long as that is valid: for a day,
 * and while the frames are as they were. What was at the path is replaced.
 * @param ids of the frames; those that the caller may not see are left out
 * @param path where it goes; its folder is made where it is missing
 * @throws ArchiveError, with the status 404 where no frame is left
 */
export async function downloadZip(
  { connection }: Archive,
  ids: readonly number[],
  path: string,
  { onProgress, signal, ...form }: ZipOptions = {},
): Promise<void> {
  const body = JSON.stringify({ frame_ids: ids, ...form })
  await mkdir(dirname(path), { recursive: true })
  const part = await openPart(path, `${connection.root} ${body}`)
  const source = zipSource(connection, body, path, part.address)
  const options: TransferOptions = { ...(onProgress && { onProgress }), ...(signal && { signal }) }
  await toDisk(connection, source, part, options, source.keep).catch((error) => {
    throw isEmptyRefusal(error) ? noFrames(path, error) : error
  })
  await part.finish()
}

/** The archive's answer to an order of no frame that the caller may see. */
const isEmptyRefusal = (error: unknown): error is ArchiveError =>
  error instanceof ArchiveError && error.status === 404 && error.text === ''

const noFrames = (path: string, cause: ArchiveError): ArchiveError =>
  new ArchiveError(path, 'none of these frames exists, or may be seen by this user', { status: 404, cause })

/**
 * A ZIP as something to download: at the address that its first answer gave; without one, or once
 * that is refused, it is ordered anew, which goes on where the ZIP is still the same.
 */
function zipSource(
  connection: Connection,
  body: string,
  name: string,
  remembered: string | null,
): Source & { keep(response: Response): string | null } {
  let address = remembered
  return {
    name,
    async ask(): Promise<Ask> {
      if (address !== null) return { url: address, about: name }
      const headers = { 'content-type': 'application/json' }
      return { method: 'POST', url: urlOf(connection, '/frames/zip/'), headers, body, about: name }
    },
    renew() {
      const had = address !== null
      address = null
      return had
    },
    check({ status, headers }) {
      const type = headers.get('content-type') ?? 'nothing'
      if (!type.startsWith('application/zip'))
        throw new ArchiveError(name, `${type} where a ZIP should come`, { status })
    },
    keep({ headers }) {
      const location = headers.get('content-location')
      address = location === null ? address : ownAddress(connection, location)
      return address
    },
  }
}

/** The address at the archive as it is asked: behind a proxy that is configured wrong it names another host. */
function ownAddress(connection: Connection, location: string): string | null {
  const ticket = /\/frames\/zip\/([^/?#]+)\/$/.exec(location)?.[1]
  return ticket === undefined ? null : urlOf(connection, `/frames/zip/${ticket}/`)
}
