import type { ByteRange } from '../bytes.ts'
import { ArchiveError } from '../errors.ts'
import { evaluatePreconditions, mayContinue, type Validators } from './conditional.ts'

/** What a download is made of: its length in bytes, and what tells one content from another. Without an ETag ranges are not offered. */
export interface Downloadable extends Validators {
  size: number
  /** A range is given only to those who say by If-Range of what they have the beginning. */
  needsIfRange?: boolean
  /** Whether a range may begin at a byte; anywhere unless given. */
  mayBeginAt?(start: number): boolean
}

/**
 * Which bytes a request is to get, by its Range and its conditions (RFC 9110, sections 13 and 14).
 */
export type Selection =
  | { kind: 'whole' }
  /** Both ends counted. */
  | ({ kind: 'range' } & ByteRange)
  | { kind: 'unsatisfiable' }
  | { kind: 'not modified' }
  /** What the client wants is not what there is. */
  | { kind: 'failed' }

/** Several ranges at once, other units than bytes and malformed ranges are answered with the whole, as RFC 9110 allows. */
export function selectBytes(headers: Headers, download: Downloadable): Selection {
  const kind = evaluatePreconditions(headers, download)
  if (kind) return { kind }
  const range = headers.get('range')?.match(/^bytes=(\d*)-(\d*)$/)
  if (!range || download.etag === null || !mayContinue(headers, download, !download.needsIfRange))
    return { kind: 'whole' }
  const [, first, last] = range as unknown as [string, string, string]
  const { size } = download
  if (first === '' && last === '') return { kind: 'whole' }
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first)
  const end = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1)
  if (first !== '' && last !== '' && Number(last) < Number(first)) return { kind: 'whole' }
  if (start >= size || (first === '' && Number(last) === 0)) return { kind: 'unsatisfiable' }
  return download.mayBeginAt?.(start) === false ? { kind: 'whole' } : { kind: 'range', start, end }
}

/**
 * The answer to a request for a download: status, and the headers that tell which bytes it is.
 * @param open gives the bytes to send, the first of them at hand: what it throws is the answer in
 * their place
 * @throws ArchiveError `precondition_failed`
 */
export async function answerBytes(
  request: Request,
  download: Downloadable,
  headers: Record<string, string>,
  open: (range: ByteRange | undefined) => Promise<ReadableStream<Uint8Array>>,
): Promise<Response> {
  const { size, etag, modified } = download
  const common = {
    ...headers,
    ...(etag === null ? {} : { etag, 'accept-ranges': 'bytes' }),
    ...(modified === null ? {} : { 'last-modified': modified.toUTCString() }),
  }
  const selected = selectBytes(request.headers, download)
  const body = (range?: ByteRange) => (request.method === 'HEAD' ? null : open(range))
  switch (selected.kind) {
    case 'failed':
      throw new ArchiveError('precondition_failed')
    case 'not modified':
      return new Response(null, { status: 304, headers: common })
    case 'unsatisfiable':
      return new Response(null, { status: 416, headers: { ...common, 'content-range': `bytes */${size}` } })
    case 'whole':
      return new Response(await body(), { status: 200, headers: { ...common, 'content-length': String(size) } })
    case 'range': {
      const { start, end } = selected
      const part = { 'content-range': `bytes ${start}-${end}/${size}`, 'content-length': String(end - start + 1) }
      return new Response(await body({ start, end }), { status: 206, headers: { ...common, ...part } })
    }
  }
}
