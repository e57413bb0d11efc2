import { createRoute, z } from '@hono/zod-openapi'
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import document from '../../../openapi/openapi.json' with { type: 'json' }
import { isCurrent } from '../../http/conditional.ts'
import { operation } from '../../http/operation.ts'
import { anyone, header, ok, refusals } from '../../http/responses.ts'

const cached = {
  ETag: header('The mark of this content, for If-None-Match.', '"5d41402abc4b2a76b9719d911017c592"'),
  'Cache-Control': header('How long the answer may be kept, in seconds.', 'public, max-age=300'),
}

let kept: { text: string; etag: string } | undefined
const written = () => {
  if (!kept) {
    const text = JSON.stringify(document)
    kept = { text, etag: `"${bytesToHex(sha256(utf8ToBytes(text))).slice(0, 32)}"` }
  }
  return kept
}

export const openapi = operation(
  createRoute({
    method: 'get',
    path: '/openapi/',
    operationId: 'openapi',
    tags: ['archive'],
    summary: 'This document',
    description: 'The OpenAPI 3.1 document of the archive, from which clients can be made. Also at `/openapi.json`.',
    security: anyone,
    responses: {
      200: {
        ...ok(
          'The document.',
          z
            .record(z.string(), z.unknown())
            .openapi({ description: 'An OpenAPI document.', example: { openapi: '3.1.0' } }),
        ),
        headers: cached,
      },
      304: { description: 'The same as the ETag in If-None-Match.' },
      ...refusals(),
    },
  }),
  (c) => {
    const { text, etag } = written()
    const headers = { etag, 'cache-control': 'public, max-age=300' }
    if (isCurrent(c, etag)) return c.body(null, 304, headers)
    return c.body(text, 200, { ...headers, 'content-type': 'application/json' })
  },
)
