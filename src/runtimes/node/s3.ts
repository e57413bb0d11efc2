import { hash } from 'node:crypto'
import { Readable } from 'node:stream'
import type { ReadableStream as NodeReadableStream } from 'node:stream/web'
import type { S3Platform } from '../../files/store/s3.ts'
import { openSdk } from '../../files/store/s3_client.ts'
import { httpClient } from './s3_http.ts'

// On Node 20, which is supported, the SDK would say at every start that its next releases will need
// a newer one.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true'

const BLOCK = 64
const DIGEST = 32

/**
 * HMAC (RFC 2104) out of two hashes in one go each: an Hmac object costs nearly twice as much, and
 * URLs are signed by the hundred. The key's blocks and the beginning of the text are laid out once.
 */
function hmac(key: Uint8Array, start: string): (rest: string) => string {
  const block = Buffer.alloc(BLOCK)
  if (key.length > BLOCK) block.write(hash('sha256', key), 'hex')
  else block.set(key)
  const begin = Buffer.concat([block.map((byte) => byte ^ 0x36), Buffer.from(start)])
  const outer = Buffer.concat([block.map((byte) => byte ^ 0x5c), Buffer.alloc(DIGEST)])
  let inner = begin
  return (rest) => {
    const length = begin.length + Buffer.byteLength(rest)
    if (inner.length !== length) inner = Buffer.concat([begin], length)
    inner.write(rest, begin.length)
    outer.write(hash('sha256', inner), BLOCK, 'hex')
    return hash('sha256', outer)
  }
}

/** What Node does better for S3 than the Web's APIs, or in its own way. */
export const s3Platform: S3Platform = {
  open: openSdk,
  digests: { sha256: (text) => hash('sha256', text), hmac },
  upload(body) {
    const readable = Readable.fromWeb(body as NodeReadableStream)
    // the SDK listens to the request alone, and a stream's error that nobody hears ends the
    // process; the store hears of it otherwise
    return readable.on('error', () => {})
  },
  http: httpClient,
}
