import type { IncomingMessage, ServerResponse } from 'node:http'
import { openAccount, type RequestAccount, type RequestListener } from '../../telemetry.ts'

/** The account of a request that Node has taken, over when its answer has been sent or broken off. */
export function accountOf(
  request: IncomingMessage,
  response: ServerResponse,
  listeners: readonly RequestListener[],
): RequestAccount {
  const { headers, method = null, url = null } = request
  const account = openAccount((name) => headers[name] as string | undefined, method, url, listeners)
  response.setHeader('x-request-id', account.id)
  const written = countWritten(response)
  response.once('close', () => {
    const isWhole = response.writableFinished
    const status = response.headersSent ? response.statusCode : null
    account.end(
      status,
      isWhole ? written() : Math.max(0, written() - response.writableLength),
      isWhole ? 'whole' : 'broken off',
    )
  })
  return account
}

/**
 * Counts the bytes that an answer's body is made of. Its socket's bytesWritten counts what other
 * answers wrote to it, too.
 * @returns gives the count so far
 */
function countWritten(response: ServerResponse): () => number {
  let bytes = 0
  const count = (chunk: unknown) => {
    if (typeof chunk === 'string') bytes += Buffer.byteLength(chunk)
    else if (chunk instanceof Uint8Array) bytes += chunk.byteLength
  }
  const { write, end } = response
  response.write = function (this: ServerResponse, ...words: unknown[]) {
    count(words[0])
    return (write as (...words: unknown[]) => boolean).apply(this, words)
  } as ServerResponse['write']
  response.end = function (this: ServerResponse, ...words: unknown[]) {
    count(words[0])
    return (end as (...words: unknown[]) => ServerResponse).apply(this, words)
  } as ServerResponse['end']
  return () => bytes
}
