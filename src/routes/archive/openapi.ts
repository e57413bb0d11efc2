import { isCurrent, strongEtag } from '../../http/conditional.ts'
import { header, ok, operation } from '../../http/operation.ts'

const cached = {
  ETag: header('The mark of this content, for If-None-Match.', '"5d41402abc4b2a76b9719d911017c592"'),
  'Cache-Control': header('How long the answer may be kept, in seconds.', 'public, max-age=300'),
}

let kept: { text: string; etag: string } | undefined
async function documentText() {
  if (kept) return kept
  const { default: document } = await import('../../../openapi/openapi.json', { with: { type: 'json' } })
  const text = JSON.stringify(document)
  kept = { text, etag: strongEtag(text) }
  return kept
}

export const openapi = operation('openapi', 'GET /openapi/', {
  summary: 'This document',
  description: 'The OpenAPI 3.1 document of the archive, from which clients can be made. Also at `/openapi.json`.',
  visibility: 'anyone',
  answers: {
    200: {
      ...ok('The document.', {
        type: 'object',
        additionalProperties: {},
        description: 'An OpenAPI document.',
        example: { openapi: '3.1.0' },
      }),
      headers: cached,
    },
    304: { description: 'The same as the ETag in If-None-Match.' },
  },
  async handle({ c }) {
    const { text, etag } = await documentText()
    const headers = { etag, 'cache-control': 'public, max-age=300' }
    if (isCurrent(c, etag)) return c.body(null, 304, headers)
    return c.body(text, 200, { ...headers, 'content-type': 'application/json' })
  },
})
