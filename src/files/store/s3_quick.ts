import type { PutObjectCommandInput } from '@aws-sdk/client-s3'
import type { HttpClient } from './http_client.ts'
import { type Credentials, type Digests, type Location, requestSigner } from './sigv4.ts'

interface QuickOptions {
  location: Location
  digests: Digests
  credentials(): Credentials
}

export type QuickPut = (
  input: PutObjectCommandInput,
  body: Uint8Array,
  signal: AbortSignal,
) => Promise<{ VersionId?: string | undefined; ETag?: string | undefined }>

/**
 * PUTs of small objects: the same request as the SDK's, and what S3 refuses is thrown as the SDK
 * throws it. Of 20 kB it takes 0.13 ms of a processor, the SDK 1.2 ms, and fetch() 0.7 ms.
 */
export function quickPut(http: HttpClient, { location, digests, credentials }: QuickOptions): QuickPut {
  const sign = requestSigner(location, digests)
  /** How far S3's clock is ahead of ours, in milliseconds. */
  let skew = 0

  return async (input, body, signal) => {
    const headers = putHeaders(input, body.length)
    const attempt = () => {
      const request = { method: 'PUT', key: input.Key ?? '', query: 'x-id=PutObject', headers }
      const signed = sign({ ...request, credentials: credentials(), at: Date.now() + skew })
      return http.put(signed.path, signed.headers, body, signal)
    }
    let answer = await attempt()
    if (answer.status === 403 && elementOf(answer.text, 'Code') === 'RequestTimeTooSkewed') {
      skew = skewOf(answer.header('date'))
      answer = await attempt()
    }
    if (answer.status !== 200) throw refusalOf(answer.status, answer.text)
    return { VersionId: answer.header('x-amz-version-id'), ETag: answer.header('etag') }
  }
}

/** How far S3's clock is ahead of ours, in milliseconds. @param date that of its answer */
export const skewOf = (date: string | null | undefined): number => (Date.parse(date ?? '') || Date.now()) - Date.now()

/** The headers of a PUT of so many bytes. */
export function putHeaders(input: PutObjectCommandInput, length: number): Record<string, string> {
  const metadata = Object.entries(input.Metadata ?? {}).map(([name, value]) => [`x-amz-meta-${name}`, value])
  const headers: [string, string | undefined][] = [
    ['content-length', String(length)],
    ['content-disposition', input.ContentDisposition],
    ['content-md5', input.ContentMD5],
    ['content-type', input.ContentType],
    ['x-amz-storage-class', input.StorageClass],
  ]
  return Object.fromEntries([...headers, ...metadata].filter(([, value]) => value))
}

const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

/** The text of the first element of a name in XML without attributes; undefined: none, or empty. */
export function elementOf(xml: string, name: string): string | undefined {
  const text = new RegExp(`<${name}>([^<]+)</${name}>`).exec(xml)?.[1]
  return text?.replace(/&(?:(\w+)|#x([\da-f]+)|#(\d+));/gi, (all, entity?: string, hex?: string, decimal?: string) =>
    entity ? (ENTITIES[entity] ?? all) : String.fromCodePoint(hex ? Number.parseInt(hex, 16) : Number(decimal)),
  )
}

/** What S3 refuses with, as the SDK throws it; of a HEAD there is no text. */
export const refusalOf = (status: number, xml: string): Error =>
  Object.assign(new Error(elementOf(xml, 'Message') ?? `S3 answers ${status}`), {
    name: elementOf(xml, 'Code') ?? (status === 404 ? 'NotFound' : 'Unknown'),
    ArgumentName: elementOf(xml, 'ArgumentName'),
    $metadata: { httpStatusCode: status },
  })
