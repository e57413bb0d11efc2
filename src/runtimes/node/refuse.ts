import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { ANSWER_HEADERS, REQUEST_ID } from '../../http/answer_headers.ts'
import type { RequestAccount } from '../../telemetry.ts'

/** What Node itself refuses, by error code: such requests never reach the app. */
const REFUSALS: Record<string, readonly [status: string, detail: string]> = {
  HPE_HEADER_OVERFLOW: ['431 Request Header Fields Too Large', 'Address and headers are larger than 16 KB together.'],
  HPE_INVALID_URL: [
    '400 Bad Request',
    'The address of the request is not valid: what is not ASCII has to be percent-encoded.',
  ],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: ['413 Content Too Large', 'The extensions of a chunk are too large.'],
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'The request did not arrive in time.'],
  CONNECT: ['405 Method Not Allowed', 'Method "CONNECT" not allowed.'],
}
const NOT_HTTP = ['400 Bad Request', 'The request is not valid HTTP.'] as const

const LINGER_MS = 1_000

/**
 * Tells the client why, unless an answer is already under way or nobody is left to read it.
 * @param account gives that of the request
 * @param code Node's error code
 * @param answering the answer under way on this socket, if any
 */
export function refuseSocket(
  socket: Duplex,
  account: () => RequestAccount,
  code = '',
  answering?: ServerResponse,
): void {
  if (!socket.writable || code === 'ECONNRESET' || (answering?.headersSent && !answering.writableFinished)) {
    socket.destroy()
    return
  }
  const [status, detail] = REFUSALS[code] ?? NOT_HTTP
  const body = JSON.stringify({ detail })
  const length = Buffer.byteLength(body)
  const request = account()
  const head = [
    `HTTP/1.1 ${status}`,
    ...Object.entries(ANSWER_HEADERS).map(([name, value]) => `${name}: ${value}`),
    'content-type: application/json',
    `${REQUEST_ID}: ${request.id}`,
    `content-length: ${length}`,
    'connection: close',
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
  request.end(Number.parseInt(status, 10), length, 'whole')
  // the client may keep its end open as long as it likes, but first has to read the reason
  setTimeout(() => socket.destroy(), LINGER_MS).unref()
}

/** Answers a request whose Expect is anything but 100-continue (RFC 9110, section 10.1.1). */
export function refuseExpectation(request: IncomingMessage, response: ServerResponse): void {
  const body = JSON.stringify({ detail: `The expectation "${request.headers.expect}" cannot be met.` })
  const about = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), connection: 'close' }
  response.writeHead(417, { ...ANSWER_HEADERS, ...about }).end(body)
}

/** The answer to a request that the adapter cannot convert, or that failed outside the app. */
export const refusalResponse = (status: 400 | 500, detail: string): Response =>
  Response.json({ detail }, { status, headers: ANSWER_HEADERS })
