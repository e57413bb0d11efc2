import { ArchiveError } from '../errors.ts'
import { decodeUtf8, parseJson } from '../schemas/check.ts'
import { nest } from './form.ts'
import type { RequestContext } from './operation.ts'

export const MAX_BODY = 10 * 1024 * 1024

/** A body as a JSON value, and as the JSON text it came as (or would have come as): there every number has the digits it came with. */
export interface Body {
  value: unknown
  json: string
}

/** The body of a request: JSON, an HTML form, or a multipart form. An empty body is an empty object. */
export async function readBody(c: RequestContext): Promise<Body> {
  const type = (c.req.header('content-type') ?? '').split(';')[0]!.trim().toLowerCase()
  const bytes = await readBytes(c.req.raw)
  if (bytes.length === 0) return { value: {}, json: '{}' }
  if (type === 'application/json') {
    const json = decodeUtf8(bytes)
    return { value: parseJson(json), json }
  }
  if (type === 'application/x-www-form-urlencoded') return nest([...new URLSearchParams(decodeUtf8(bytes))])
  if (type === 'multipart/form-data') return nest(await multipart(c, bytes))
  throw new ArchiveError('unsupported_media_type', `Unsupported media type "${type}" in request.`)
}

async function readBytes(request: Request): Promise<Uint8Array<ArrayBuffer>> {
  const announced = Number(request.headers.get('content-length') ?? 0)
  if (announced > MAX_BODY) throw new ArchiveError('too_large')
  if (!request.body) return new Uint8Array(0)
  try {
    if (!request.headers.has('content-length')) return await readChunks(request.body)
    const bytes = new Uint8Array(await request.arrayBuffer())
    if (bytes.length > MAX_BODY) throw new ArchiveError('too_large')
    return bytes
  } catch (error) {
    if (error instanceof ArchiveError) throw error
    throw new ArchiveError('bad_body', 'The body was cut short.')
  }
}

async function readChunks(body: ReadableStream<Uint8Array>): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body as unknown as AsyncIterable<Uint8Array>) {
    size += chunk.length
    if (size > MAX_BODY) throw new ArchiveError('too_large')
    chunks.push(chunk)
  }
  const whole = new Uint8Array(size)
  let at = 0
  for (const chunk of chunks) {
    whole.set(chunk, at)
    at += chunk.length
  }
  return whole
}

async function multipart(c: RequestContext, bytes: Uint8Array<ArrayBuffer>): Promise<[string, string][]> {
  try {
    const form = await new Response(bytes, { headers: { 'content-type': c.req.header('content-type')! } }).formData()
    return [...form].map(([key, value]) => [key, typeof value === 'string' ? value : ''])
  } catch {
    throw new ArchiveError('bad_body', 'Multipart form parse error - the body is not a multipart form.')
  }
}
