import { ArchiveError } from '../../errors.ts'
import type { RequestContext } from '../../http/context.ts'
import { isCurrent } from '../../http/etag.ts'
import { operation } from '../../http/operation.ts'
import { anyText, pathText } from '../../http/parameters.ts'

/** A file of the pages: their scripts, styles and pictures. They are no part of the API. */
const asset = (id: string, path: string) =>
  operation(
    {
      id,
      method: 'get',
      path,
      tag: 'archive',
      summary: 'A file of a page',
      visibility: 'anyone',
      hidden: true,
      parameters: {
        asset: pathText({ description: 'The name of the file.', example: 'page.css' }),
        v: anyText({ description: 'The mark of its content.', example: '5d41402a' }),
      },
      answers: { 200: { description: 'The file.' } },
    },
    ({ c, parameters }) => answerAsset(c, parameters.asset, parameters.v),
  )

export const docsAsset = asset('docsAsset', '/docs/{asset}')
export const redocAsset = asset('redocAsset', '/redoc/{asset}')

/** The mark names the content, so that address holds it for ever; any other may hold something else after an upgrade. */
async function answerAsset(c: RequestContext, name: string, wanted: string | undefined): Promise<Response> {
  const found = await c.env.assets.read(name)
  if (!found) throw new ArchiveError('not_found')
  const { body, gzip, type, mark } = found
  const zipped = gzip !== null && /\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))/i.test(c.req.header('accept-encoding') ?? '')
  const headers: Record<string, string> = {
    // weak: the bytes differ by Content-Encoding
    etag: `W/"${mark}"`,
    'cache-control': wanted === mark ? 'public, max-age=31536000, immutable' : 'public, no-cache',
    vary: 'Accept-Encoding',
  }
  if (isCurrent(c, headers.etag!)) return c.body(null, 304, headers)
  if (zipped) headers['content-encoding'] = 'gzip'
  return c.body(zipped ? gzip : body, 200, { ...headers, 'content-type': type })
}
