import { ANY_FRAME } from '../caller.ts'
import { ArchiveError } from '../errors.ts'
import { type Form, learntOf } from '../files/downloads/content.ts'
import { verifyDownload } from '../files/downloads/deliver.ts'
import { openContent } from '../files/downloads/open.ts'
import { disposition } from '../files/store/disposition.ts'
import { summed } from '../files/zip/summed.ts'
import { type DownloadRow, learn, ofFrames, ofVersions } from '../queries/downloads.ts'
import { idOf, type RequestContext } from './operation.ts'
import { answerBytes } from './ranges.ts'
import { learntContents } from './zip_answer.ts'

/**
 * The version that a request for a form of a frame asks for: that for which a manifest is signed,
 * else the newest that the caller may see.
 */
async function versionOf(c: RequestContext, form: Form): Promise<DownloadRow> {
  const id = idOf(c)
  if (id === null) throw new ArchiveError('not_found')
  const signed = verifyDownload(c.env.keys, form, id, c.req.query())
  const [row] = signed
    ? await ofVersions(c.env.reader, ANY_FRAME, [signed.version])
    : await ofFrames(c.env.reader, c.var.caller, [id])
  if (row?.id !== id) throw new ArchiveError('not_found')
  return row
}

/**
 * The newest file of a frame in another form than it is stored, whole or a range. A whole download
 * shows its CRC-32, which is kept.
 */
export async function answerFrameDownload(c: RequestContext, form: Exclude<Form, 'stored'>): Promise<Response> {
  const { writer, log } = c.env
  const row = await versionOf(c, form)
  const [content] = await learntContents(c, [{ row, form }])
  if (!content) throw new ArchiveError('not_found')
  const keep = (crc32: number) =>
    void learn(writer, [learntOf(content, { crc32 })]).catch((error) =>
      log.warn('a checksum could not be kept', { error: String(error) }),
    )
  const download = { size: content.size, etag: `"${row.md5}-${form}"`, modified: null }
  const headers = {
    'content-type': 'application/octet-stream',
    'content-disposition': disposition(content.filename),
  }
  return answerBytes(c.req.raw, download, headers, async (range) => {
    const body = await openContent(c.env, content, range, c.req.raw.signal)
    return range || content.crc32 !== null ? body : summed(body, content.size, c.env.crc32, keep)
  })
}
