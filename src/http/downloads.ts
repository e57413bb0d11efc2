import { ANY_FRAME, type Caller } from '../caller.ts'
import { ArchiveError } from '../errors.ts'
import { type Content, type Form, learntOf } from '../files/downloads/content.ts'
import { type Delivery, etagOf, hasRanges, type Layout, markOf } from '../files/downloads/layout.ts'
import { openContent } from '../files/downloads/open.ts'
import { learnSizes } from '../files/downloads/sizes.ts'
import { writeTicket } from '../files/downloads/ticket.ts'
import { entriesOf, signedVersion, sourcesOf } from '../files/downloads/zip_files.ts'
import { disposition } from '../files/store/disposition.ts'
import { manifest } from '../files/zip/manifest.ts'
import { canBeginAt, zipLength } from '../files/zip/parts.ts'
import { zipStream } from '../files/zip/stream.ts'
import { summed } from '../files/zip/summed.ts'
import { type DownloadRow, learn, ofFrames, ofVersions } from '../queries/downloads.ts'
import { tally } from '../tally.ts'
import { evaluatePreconditions, mayContinue } from './conditional.ts'
import type { RequestContext } from './context.ts'
import { answerBytes } from './ranges.ts'
import { lookUp } from './reading.ts'

/** The contents of a download, their sizes known; what had to be learnt for it is kept. */
export const learntContents = (
  c: RequestContext,
  wanted: readonly { row: DownloadRow; form: Form }[],
): Promise<Content[]> => learnSizes(c.env.store, wanted, (facts) => learn(c.env.writer, facts))

/** Keeps the CRC-32 that one whole reading of a content has shown. */
function keepCrc32({ env: { writer, log } }: RequestContext, content: Content, crc32: number): void {
  learn(writer, [learntOf(content, { crc32 })]).catch((error) =>
    log.warn('a checksum could not be kept', { error: String(error) }),
  )
}

/**
 * Who puts the ZIP together: nginx by configuration, or because the proxy says that it can; else
 * the archive.
 */
export const deliveryOf = ({ env, req }: RequestContext): Delivery =>
  env.config.zip.delivery === 'manifest' ||
  (env.config.zip.delivery === 'auto' && req.header('x-zip-module') === 'mod_zip')
    ? 'manifest'
    : 'stream'

/**
 * The ticket of a ZIP: null where there are too many files for one, and where the ZIP could not be
 * continued by it.
 */
export const ticketOf = (c: RequestContext, layout: Layout, receiver: Caller, expires: number): string | null =>
  hasRanges(layout)
    ? writeTicket(c.env.keys, {
        delivery: layout.delivery,
        receiver: receiver.kind === 'user' ? receiver.id : null,
        expires,
        folder: layout.folder,
        mark: markOf(layout),
        files: layout.files.map(({ content: { row, form }, descriptor }) => ({
          version: row.version_id,
          form,
          descriptor,
        })),
      })
    : null

/** The ZIP, or its manifest; with the address of its ticket. */
export function zipAnswer(c: RequestContext, layout: Layout, ticket: string | null): Promise<Response> | Response {
  const headers = {
    'content-disposition': disposition(`${layout.folder}.zip`),
    'set-cookie': 'fileDownload=true; path=/',
    'cache-control': 'private, no-store',
    ...(ticket === null ? {} : { 'content-location': `${c.var.base}/frames/zip/${ticket}/` }),
  }
  return layout.delivery === 'manifest' ? zipManifest(c, layout, headers) : zipBody(c, layout, headers)
}

/**
 * A POST lays its ZIP out by what is known now: only If-Range says of which one the client has the
 * beginning.
 */
const laysOutAnew = (c: RequestContext): boolean => c.req.method === 'POST'

/**
 * The manifest from which nginx's mod_zip makes the ZIP. nginx serves ranges of it where every
 * CRC-32 is given, by the ETag.
 */
function zipManifest(c: RequestContext, layout: Layout, headers: Record<string, string>): Response {
  const etag = etagOf(layout)
  const isAgain =
    c.req.header('range') !== undefined &&
    laysOutAnew(c) &&
    !mayContinue(c.req.raw.headers, { etag, modified: null }, false)
  // without a CRC-32 nginx gives no range, whatever is asked for
  const isWhole = !hasRanges(layout) || isAgain
  const common = { ...headers, ...(isWhole ? {} : { etag, 'accept-ranges': 'bytes' }) }
  const verdict = evaluatePreconditions(c.req.raw.headers, { etag, modified: null })
  if (verdict === 'failed') throw new ArchiveError('precondition_failed')
  if (verdict === 'not modified') return c.body(null, 304, common)
  // how long the ZIP is, nginx knows
  if (c.req.raw.method === 'HEAD') return c.body(null, 200, { ...common, 'content-type': 'application/zip' })
  tally.zips.manifest++
  const entries = entriesOf(c.env.store, c.env.keys, layout)
  const text = manifest(isWhole ? entries.map((entry) => ({ ...entry, crc32: null })) : entries)
  return c.body(text, 200, {
    ...common,
    'content-type': 'text/plain',
    'content-length': String(new TextEncoder().encode(text).length),
    'x-archive-files': 'zip',
  })
}

/** The ZIP itself, whole or a range. */
function zipBody(c: RequestContext, layout: Layout, headers: Record<string, string>): Promise<Response> {
  const { raw } = c.req
  const sources = sourcesOf(c.env, layout, (content, crc32) => keepCrc32(c, content, crc32))
  const download = {
    size: zipLength(sources),
    etag: etagOf(layout),
    modified: null,
    needsIfRange: laysOutAnew(c),
    mayBeginAt: (start: number) => canBeginAt(sources, start),
  }
  return answerBytes(raw, download, { ...headers, 'content-type': 'application/zip' }, (range) => {
    tally.zips.stream++
    return zipStream(sources, c.env.crc32, range, raw.signal)
  })
}

/**
 * The newest file of a frame in another form than it is stored, whole or a range.
 * @throws ArchiveError `not_found` where the caller may see no such frame, or it has no such form
 */
export async function answerFrameDownload(
  c: RequestContext,
  id: number,
  form: Exclude<Form, 'stored'>,
): Promise<Response> {
  const row = await versionFor(c, id, form)
  const [content] = row ? await learntContents(c, [{ row, form }]) : []
  if (!row || !content) throw new ArchiveError('not_found')
  const download = { size: content.size, etag: `"${row.md5}-${form}"`, modified: null }
  const headers = {
    'content-type': 'application/octet-stream',
    'content-disposition': disposition(content.filename),
  }
  return answerBytes(c.req.raw, download, headers, async (range) => {
    const body = await openContent(c.env, content, range, c.req.raw.signal)
    if (range || content.crc32 !== null) return body
    return summed(body, content.size, c.env.crc32, (crc32) => keepCrc32(c, content, crc32))
  })
}

/**
 * The version that a request for a form of a frame means: the one a manifest has signed for, else
 * the newest that the caller may see.
 */
async function versionFor(c: RequestContext, id: number, form: Form): Promise<DownloadRow | undefined> {
  const { keys } = c.env
  const version = signedVersion(keys, form, id, c.req.query())
  return lookUp(c, 'quick', async (sql) => {
    const rows =
      version === null ? await ofFrames(sql, c.var.caller, [id]) : await ofVersions(sql, ANY_FRAME, [version])
    return rows.find((row) => row.id === id)
  })
}
