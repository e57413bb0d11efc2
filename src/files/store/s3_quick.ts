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
    const headers = headersOf(input, body.length)
    const attempt = () => {
      const request = { method: 'PUT', key: input.Key ?? '', query: 'x-id=PutObject', headers }
      const signed = sign({ ...request, credentials: credentials(), at: Date.now() + skew })
      return http.put(signed.path, signed.headers, body, signal)
    }
    let answer = await attempt()
    if (answer.status === 403 && element(answer.text, 'Code') === 'RequestTimeTooSkewed') {
      skew = (Date.parse(answer.header('date') ?? '') || Date.now()) - Date.now()
      answer = await attempt()
    }
    if (answer.status !== 200) throw failure(answer.status, answer.text)
    return { VersionId: answer.header('x-amz-version-id'), ETag: answer.header('etag') }
  }
}

function headersOf(input: PutObjectCommandInput, length: number): Record<string, string> {
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

const element = (xml: string, name: string): string | undefined =>
  new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1] || undefined

/** An error as the SDK's are. */
const failure = (status: number, xml: string): Error =>
  Object.assign(new Error(element(xml, 'Message') ?? `S3 answers ${status}`), {
    name: element(xml, 'Code') ?? 'Unknown',
    ArgumentName: element(xml, 'ArgumentName'),
    $metadata: { httpStatusCode: status },
  })
