import { type Content, contentsOf, type Form, learntOf } from '../downloads/contents.ts'
import { entriesOf, namesIn, sourcesOf, zipEtag } from '../downloads/deliver.ts'
import { writeTicket } from '../downloads/ticket.ts'
import { type DownloadRow, learn } from '../queries/downloads.ts'
import { manifest } from '../zip/manifest.ts'
import { zipLength, zipStream } from '../zip/stream.ts'
import type { RequestContext } from './operation.ts'
import { answerBytes } from './ranges.ts'

/** The contents of a download, their sizes known; what had to be learnt for it is kept. */
export const learntContents = (
  c: RequestContext,
  wanted: readonly { row: DownloadRow; form: Form }[],
): Promise<Content[]> => contentsOf(c.env.store, wanted, (facts) => learn(c.env.writer, facts))

const headersOf = (folder: string) => ({
  'content-disposition': `attachment; filename=${folder}.zip`,
  'set-cookie': 'fileDownload=true; path=/',
})

/** The manifest from which nginx's mod_zip makes the ZIP. nginx serves ranges of it where every CRC-32 is known, by the ETag. */
export function zipManifest(c: RequestContext, folder: string, contents: readonly Content[]): Response {
  const names = namesIn(folder, contents)
  const text = manifest(entriesOf(c.env.store, c.env.keys, contents, names))
  const etag = zipEtag(contents, names)
  return c.body(text, 200, {
    ...headersOf(folder),
    ...(etag === null ? {} : { etag, 'accept-ranges': 'bytes' }),
    'content-type': 'text/plain',
    'content-length': String(new TextEncoder().encode(text).length),
    'x-archive-files': 'zip',
  })
}

/** The ZIP itself, whole or a range. Content-Location tells where it can be fetched again. */
export async function zipBody(c: RequestContext, folder: string, contents: readonly Content[]): Promise<Response> {
  const { store, keys, writer, log } = c.env
  const names = namesIn(folder, contents)
  const keep = (content: Content, sum: number) =>
    void learn(writer, [learntOf(content, { crc32: sum })]).catch((error) =>
      log.warn('a checksum could not be kept', { error: String(error) }),
    )
  const sources = sourcesOf(store, contents, names, keep)
  const ticket = writeTicket(keys, {
    folder,
    files: contents.map(({ row, form }) => ({ version: row.version_id, form })),
  })
  const download = { size: zipLength(sources), etag: zipEtag(contents, names), modified: null }
  const headers = {
    ...headersOf(folder),
    'content-type': 'application/zip',
    'cache-control': 'private, no-store',
    ...(ticket === null ? {} : { 'content-location': `${c.var.base}/frames/zip/${ticket}/` }),
  }
  return answerBytes(c.req.raw, download, headers, async (range) => zipStream(sources, c.env.crc32, range))
}
