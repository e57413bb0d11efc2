import { concatBytes } from '../bytes.ts'
import { ArchiveError } from '../errors.ts'
import { decodeUtf8, parseJson } from '../schemas/check.ts'
import { BODY_LIMITS, type BodyKind, claimBody, describeLimit } from './body_budget.ts'
import { nest } from './form.ts'
import type { RequestContext } from './operation.ts'

/** A body as a JSON value, and as its JSON text, where numbers keep all their digits. */
export interface Body {
  value: unknown
  json: string
}

/**
 * The body of a request: JSON, an HTML form, or a multipart form. An empty body is an empty object.
 * @throws ArchiveError `too_large` for more than its kind may have (each kind has a limit and a
 * share of the memory, which hono's bodyLimit cannot express), `busy` while there is no memory for
 * it, `bad_body` when it cannot be read, and `unsupported_media_type`
 */
export async function readBody(c: RequestContext, kind: BodyKind): Promise<Body> {
  const type = (c.req.header('content-type') ?? '').split(';')[0]!.trim().toLowerCase()
  const bytes = await readBytes(c.req.raw, kind)
  if (bytes.length === 0) return { value: {}, json: '{}' }
  if (type === 'application/json') {
    const json = decodeUtf8(bytes)
    return { value: parseJson(json), json }
  }
  if (type === 'application/x-www-form-urlencoded') return nest([...new URLSearchParams(decodeUtf8(bytes))])
  if (type === 'multipart/form-data') return nest(await multipart(c, bytes))
  throw new ArchiveError('unsupported_media_type', `Unsupported media type "${type}" in request.`)
}

async function readBytes(request: Request, kind: BodyKind): Promise<Uint8Array<ArrayBuffer>> {
  const announced = Number(request.headers.get('content-length') ?? 0)
  if (announced > BODY_LIMITS[kind]) throw tooLarge(kind)
  if (!request.body) return new Uint8Array(0)
  const claim = claimBody(kind)
  // memory is claimed as the bytes come, so that nobody holds what they only announce; those who
  // write records have been identified
  const isClaimed = kind === 'record' && announced > 0
  try {
    if (isClaimed) claim.take(announced)
    const chunks: Uint8Array<ArrayBuffer>[] = []
    let size = 0
    for await (const chunk of request.body as unknown as AsyncIterable<Uint8Array<ArrayBuffer>>) {
      size += chunk.length
      if (size > BODY_LIMITS[kind]) throw tooLarge(kind)
      if (!isClaimed) claim.take(chunk.length)
      chunks.push(chunk)
    }
    return concatBytes(chunks)
  } catch (error) {
    if (error instanceof ArchiveError) throw error
    throw new ArchiveError('bad_body', 'The body was cut short.')
  } finally {
    claim.release()
  }
}

const tooLarge = (kind: BodyKind) => new ArchiveError('too_large', `The body is larger than ${describeLimit(kind)}.`)

async function multipart(c: RequestContext, bytes: Uint8Array<ArrayBuffer>): Promise<[string, string][]> {
  try {
    const form = await new Response(bytes, { headers: { 'content-type': c.req.header('content-type')! } }).formData()
    return [...form].map(([key, value]) => [key, typeof value === 'string' ? value : ''])
  } catch {
    throw new ArchiveError('bad_body', 'Multipart form parse error - the body is not a multipart form.')
  }
}
