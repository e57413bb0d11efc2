import { ArchiveError } from '../../errors.ts'
import { openStored } from '../../files/downloads/open.ts'
import { disposition } from '../../files/store/disposition.ts'
import { verifyFileUrl } from '../../files/store/local.ts'
import type { StoredFile } from '../../files/store/store.ts'
import type { RequestContext } from '../../http/context.ts'
import { anyText, bytesOf, operation, pathText } from '../../http/operation.ts'
import { answerBytes } from '../../http/ranges.ts'
import { lookUp } from '../../http/reading.ts'
import { findFramesByBasename } from '../../queries/frames/by_basenames.ts'
import { filesOf } from '../../views/frame.ts'

const TYPES: Record<string, string> = {
  '.fits': 'image/fits',
  '.fits.fz': 'image/fits',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.pdf': 'application/pdf',
}

export const filesGet = operation('filesGet', 'GET /files/{path}', {
  summary: 'Download a file',
  description:
    "A stored file, of archives that serve their files themselves. The `url` of a frame is such an address: signed, and valid for two days, where the frame is not public. Without a signature the caller's own rights count.",
  visibility: 'anyone',
  parameters: {
    path: pathText({
      description: 'The path of the file; it holds slashes.',
      example: 'cpt/kb70/20160102/raw/cpt1m010-kb70-20160102-0010-e00.fits.fz',
    }),
    version: anyText({
      description: 'The key of an older version; the newest otherwise.',
      example: 'b7a2e9baf70d9c6dcca08ad7071858aa',
    }),
    expires: anyText({
      type: 'integer',
      format: 'int64',
      description: 'Until when the signature is valid, in seconds since 1970.',
      example: 1767225600,
    }),
    signature: anyText({
      description: 'The signature of path, version and expiry.',
      example: 'dGhpcyBpcyBub3QgYSBzaWduYXR1cmU_',
    }),
  },
  answers: bytesOf('The file.'),
  async handle({ c, parameters, services: { config, store, keys } }) {
    if (store.kind !== 'local' || config.files.baseUrl !== null) throw new ArchiveError('not_found')
    const { version, expires, signature } = parameters
    // the router's own parameter would be decoded a second time
    const path = c.req.path.slice('/files/'.length)
    const signed = verifyFileUrl(keys, path, { version, expires, signature })
    const file: StoredFile | undefined = signed
      ? { path, key: version ?? '', newest: !version, isPublic: false }
      : await visibleFile(c, path, version)
    const found = file && (await store.stat(file))
    if (!file || !found) throw new ArchiveError('not_found')
    const name = path.slice(path.lastIndexOf('/') + 1)
    const extension = name.includes('.') ? name.slice(name.indexOf('.')) : ''
    const headers = {
      'content-type': TYPES[extension] ?? 'application/octet-stream',
      'content-disposition': disposition(name),
      ...(file.isPublic && { 'cache-control': 'public, no-cache' }),
    }
    // a file that was replaced has another time or length
    const etag = `"${found.modified.getTime().toString(36)}-${found.size.toString(36)}"`
    return answerBytes(c.req.raw, { ...found, etag }, headers, (range) =>
      openStored(c.env, file, { size: found.size, range, signal: c.req.raw.signal }),
    )
  },
})

/** The file at a path, if the caller may see its frame. A basename may hold dots. */
async function visibleFile(
  c: RequestContext,
  path: string,
  version: string | undefined,
): Promise<StoredFile | undefined> {
  if (path.includes('\0')) return undefined
  const name = path.slice(path.lastIndexOf('/') + 1)
  const basenames = [...name.matchAll(/\./g)].slice(0, 20).map((dot) => name.slice(0, dot.index))
  return lookUp(c, 'quick', async (sql) => {
    const rows = await findFramesByBasename(sql, c.var.caller, [...basenames, name])
    return rows
      .flatMap((row) => filesOf(row, c.env.store))
      .find((f) => f.path === path && (version ? f.key === version && !f.newest : f.newest))
  })
}
