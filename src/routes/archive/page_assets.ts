import { createRoute, z } from '@hono/zod-openapi'
import { ArchiveError } from '../../errors.ts'
import { isCurrent } from '../../http/etag.ts'
import { operation, type RequestContext } from '../../http/operation.ts'

/** The mark in `v` names the content, so that address holds it for ever; any other may hold something else after an upgrade. */
async function asset(c: RequestContext): Promise<Response> {
  const found = await c.env.assets.read(c.req.param('asset') ?? '')
  if (!found) throw new ArchiveError('not_found')
  const { body, gzip, type, mark } = found
  const zipped = gzip !== null && /\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))/i.test(c.req.header('accept-encoding') ?? '')
  const headers: Record<string, string> = {
    // weak: the bytes differ by Content-Encoding
    etag: `W/"${mark}"`,
    'cache-control': c.req.query('v') === mark ? 'public, max-age=31536000, immutable' : 'public, no-cache',
    vary: 'Accept-Encoding',
  }
  if (isCurrent(c, headers.etag!)) return c.body(null, 304, headers)
  if (zipped) headers['content-encoding'] = 'gzip'
  return c.body(zipped ? gzip : body, 200, { ...headers, 'content-type': type })
}

// the pages' own scripts, styles and pictures are no part of the API: openapi.ts leaves what is hidden out
const declare = (path: string, operationId: string) =>
  createRoute({
    method: 'get',
    path,
    operationId,
    hide: true,
    responses: { 200: { description: 'The file.', content: { '*/*': { schema: z.string() } } } },
  })

export const docsAsset = operation(declare('/docs/{asset}', 'docsAsset'), asset)
export const redocAsset = operation(declare('/redoc/{asset}', 'redocAsset'), asset)
