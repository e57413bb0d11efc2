import { accepts } from 'hono/accepts'
import { found } from '../../errors.ts'
import { isCurrent } from '../../http/conditional.ts'
import { anyText, operation, pathText } from '../../http/operation.ts'

/** A file of the pages: their scripts, styles and pictures. They are no part of the API. */
const asset = (folder: 'docs' | 'redoc') =>
  operation(`${folder}Asset`, `GET /${folder}/{asset}`, {
    summary: 'A file of a page',
    visibility: 'anyone',
    hidden: true,
    parameters: {
      asset: pathText({ description: 'The name of the file.', example: 'page.css' }),
      v: anyText({ description: 'The mark of its content.', example: '5d41402a' }),
    },
    answers: { 200: { description: 'The file.' } },
    async handle({ c, parameters, services }) {
      const { body, gzip, type, mark } = found(await services.assets.read(parameters.asset))
      const coding = accepts(c, { header: 'Accept-Encoding', supports: ['gzip'], default: 'identity' })
      const isZipped = gzip !== null && coding === 'gzip'
      const headers: Record<string, string> = {
        // weak: the bytes differ by Content-Encoding
        etag: `W/"${mark}"`,
        // the mark names the content, so its address holds that for ever; any other may hold
        // something else after an upgrade
        'cache-control': parameters.v === mark ? 'public, max-age=31536000, immutable' : 'public, no-cache',
        vary: 'Accept-Encoding',
      }
      if (isCurrent(c, headers.etag!)) return c.body(null, 304, headers)
      if (isZipped) headers['content-encoding'] = 'gzip'
      return c.body(isZipped ? gzip : body, 200, { ...headers, 'content-type': type })
    },
  })

export const docsAsset = asset('docs')
export const redocAsset = asset('redoc')
