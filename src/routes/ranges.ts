/** What a download is made of: its length in bytes, and what tells one content from another. Without an ETag ranges are not offered. */
export interface Downloadable {
  size: number
  /** A strong entity tag, with its quotes; null: the bytes are not certain to be the same next time. */
  etag: string | null
  modified: Date | null
}

/** Which bytes a request is to get, by its Range, If-Range, If-None-Match and If-Modified-Since (RFC 9110, sections 13 and 14). */
export type Selection =
  | { kind: 'whole' }
  /** Both ends counted. */
  | { kind: 'range'; start: number; end: number }
  | { kind: 'unsatisfiable' }
  | { kind: 'not modified' }

const seconds = (date: Date): number => Math.floor(date.getTime() / 1000)
const tags = (list: string): string[] => list.split(',').map((tag) => tag.trim().replace(/^W\//, ''))

function isCurrent(headers: Headers, { etag, modified }: Downloadable): boolean {
  const none = headers.get('if-none-match')
  if (none !== null) return none.trim() === '*' || (etag !== null && tags(none).includes(etag))
  const since = Date.parse(headers.get('if-modified-since') ?? '')
  return modified !== null && seconds(modified) * 1000 <= since
}

/** Whether If-Range allows the range: a strong ETag or the exact date of what the client has the beginning of. */
function mayContinue(headers: Headers, { etag, modified }: Downloadable): boolean {
  const wanted = headers.get('if-range')?.trim()
  if (wanted === undefined) return true
  if (wanted.startsWith('"') || wanted.startsWith('W/')) return wanted === etag
  return modified !== null && seconds(modified) * 1000 === Date.parse(wanted)
}

/** Several ranges at once, other units than bytes and malformed ranges are answered with the whole, as RFC 9110 allows. */
export function selectBytes(headers: Headers, download: Downloadable): Selection {
  if (isCurrent(headers, download)) return { kind: 'not modified' }
  const range = headers.get('range')?.match(/^bytes=(\d*)-(\d*)$/)
  if (!range || download.etag === null || !mayContinue(headers, download)) return { kind: 'whole' }
  const [, first, last] = range as unknown as [string, string, string]
  const { size } = download
  if (first === '' && last === '') return { kind: 'whole' }
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first)
  const end = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1)
  if (first !== '' && last !== '' && Number(last) < Number(first)) return { kind: 'whole' }
  return start >= size || (first === '' && Number(last) === 0)
    ? { kind: 'unsatisfiable' }
    : { kind: 'range', start, end }
}

/** The answer to a request for a download: status, and the headers that tell which bytes it is. `open` is asked for the bytes to send. */
export async function answerBytes(
  request: Request,
  download: Downloadable,
  headers: Record<string, string>,
  open: (range: { start: number; end: number } | undefined) => Promise<ReadableStream<Uint8Array>>,
): Promise<Response> {
  const { size, etag, modified } = download
  const common = {
    ...headers,
    ...(etag === null ? {} : { etag, 'accept-ranges': 'bytes' }),
    ...(modified === null ? {} : { 'last-modified': modified.toUTCString() }),
  }
  const selected = selectBytes(request.headers, download)
  const body = (range?: { start: number; end: number }) => (request.method === 'HEAD' ? null : open(range))
  switch (selected.kind) {
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
