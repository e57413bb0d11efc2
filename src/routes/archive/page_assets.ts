import { createRoute, z } from '@hono/zod-openapi'
import { accepts } from 'hono/accepts'
import { ArchiveError } from '../../errors.ts'
import { isCurrent } from '../../http/conditional.ts'
import { operation, type RequestContext } from '../../http/operation.ts'

/** The mark in `v` names the content, so that address holds it for ever; any other may hold something else after an upgrade. */
async function asset(c: RequestContext): Promise<Response> {
  const found = await c.env.assets.read(c.req.param('asset') ?? '')
  if (!found) throw new ArchiveError('not_found')
  const { body, gzip, type, mark } = found
  const coding = accepts(c, { header: 'Accept-Encoding', supports: ['gzip'], default: 'identity' })
  const isZipped = gzip !== null && coding === 'gzip'
  const headers: Record<string, string> = {
    // weak: the bytes differ by Content-Encoding
    etag: `W/"${mark}"`,
    'cache-control': c.req.query('v') === mark ? 'public, max-age=31536000, immutable' : 'public, no-cache',
    vary: 'Accept-Encoding',
  }
  if (isCurrent(c, headers.etag!)) return c.body(null, 304, headers)
  if (isZipped) headers['content-encoding'] = 'gzip'
  return c.body(isZipped ? gzip : body, 200, { ...headers, 'content-type': type })
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
