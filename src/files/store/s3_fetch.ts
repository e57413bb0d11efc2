import type { S3Config } from '../../config/types.ts'
import type { Commands, S3Api } from './s3_api.ts'
import { locationOf } from './s3_endpoint.ts'
import { elementOf, putHeaders, refusalOf, skewOf } from './s3_quick.ts'
import { encode, portableDigests, requestSigner } from './sigv4.ts'

interface Asked {
  method: 'GET' | 'HEAD' | 'DELETE' | 'PUT'
  key?: string | undefined
  /** Names in order and percent-encoded, as they are signed. */
  query: string
  headers?: Record<string, string>
  body?: unknown
}

/** How a command is sent by HTTP, and what its answer says. */
type Ways = {
  [N in keyof Commands]: [
    (input: Commands[N][0]) => Asked,
    (answer: Response) => Commands[N][1] | Promise<Commands[N][1]>,
  ]
}

const WAYS: Ways = {
  GetObject: [
    ({ Key: key, VersionId, Range }) => ({
      method: 'GET',
      key,
      query: versionQuery(VersionId),
      ...(Range && { headers: { range: Range } }),
    }),
    (answer) => ({
      ...factsOf(answer),
      ContentRange: answer.headers.get('content-range') ?? undefined,
      Body: (answer.body ?? new Blob().stream()) as unknown as AsyncIterable<Uint8Array>,
    }),
  ],
  HeadObject: [({ Key: key, VersionId }) => ({ method: 'HEAD', key, query: versionQuery(VersionId) }), factsOf],
  DeleteObject: [
    ({ Key: key, VersionId }) => ({ method: 'DELETE', key, query: versionQuery(VersionId) }),
    (answer) => answer.body?.cancel(),
  ],
  GetBucketVersioning: [
    () => ({ method: 'GET', query: 'versioning=' }),
    async (answer) => ({ Status: elementOf(await answer.text(), 'Status') as 'Enabled' | undefined }),
  ],
  ListObjectVersions: [
    ({ Prefix = '', KeyMarker, VersionIdMarker }) => {
      const after = KeyMarker === undefined ? '' : `key-marker=${encode(KeyMarker)}&`
      const version = VersionIdMarker === undefined ? '' : `&version-id-marker=${encode(VersionIdMarker)}`
      return { method: 'GET', query: `${after}prefix=${encode(Prefix)}${version}&versions=` }
    },
    async (answer) => {
      const xml = await answer.text()
      return {
        Versions: versionsIn(xml),
        NextKeyMarker: elementOf(xml, 'NextKeyMarker'),
        NextVersionIdMarker: elementOf(xml, 'NextVersionIdMarker'),
      }
    },
  ],
  PutObject: [
    (input) => {
      // fetch() gives the length itself
      const { 'content-length': _, ...headers } = putHeaders(input, input.ContentLength ?? 0)
      return { method: 'PUT', key: input.Key, query: '', headers, body: input.Body }
    },
    async (answer) => {
      await answer.body?.cancel()
      return factsOf(answer)
    },
  ],
}

const versionQuery = (id: string | undefined): string => (id === undefined ? '' : `versionId=${encode(id)}`)

function factsOf({ headers }: Response) {
  const metadata = [...headers].flatMap(([name, value]) =>
    name.startsWith('x-amz-meta-') ? [[name.slice('x-amz-meta-'.length), value]] : [],
  )
  const modified = headers.get('last-modified')
  return {
    ContentLength: Number(headers.get('content-length') ?? 0),
    LastModified: modified === null ? undefined : new Date(modified),
    VersionId: headers.get('x-amz-version-id') ?? undefined,
    ETag: headers.get('etag') ?? undefined,
    ServerSideEncryption: (headers.get('x-amz-server-side-encryption') ?? undefined) as 'AES256' | undefined,
    SSECustomerAlgorithm: headers.get('x-amz-server-side-encryption-customer-algorithm') ?? undefined,
    Metadata: Object.fromEntries(metadata) as Record<string, string>,
  }
}

const versionsIn = (xml: string) =>
  [...xml.matchAll(/<Version>(.*?)<\/Version>/gs)].map(([, version]) => ({
    Key: elementOf(version!, 'Key'),
    VersionId: elementOf(version!, 'VersionId'),
    ETag: elementOf(version!, 'ETag'),
    Size: Number(elementOf(version!, 'Size') ?? 0),
    LastModified: new Date(elementOf(version!, 'LastModified') ?? 0),
  }))

/**
 * S3 by fetch(), for runtimes in which the SDK takes longer to load than an answer may take, and
 * which have none of its other ways to credentials. It asks what the SDK asks.
 */
export async function openFetch(config: S3Config): Promise<S3Api> {
  const location = locationOf(config)
  const sign = requestSigner(location, portableDigests)
  /** How far S3's clock is ahead of ours, in milliseconds. */
  let skew = 0

  async function ask({ method, key = '', query, headers = {}, body }: Asked, signal: AbortSignal): Promise<Response> {
    const attempt = () => {
      const signed = sign({ method, key, query, headers, credentials: given(config), at: Date.now() + skew })
      const { host: _, ...sent } = signed.headers
      // fetch() unpacks what comes packed, and then lengths and ranges are those of other bytes
      const own = { ...sent, 'accept-encoding': 'identity' }
      const init = { method, headers: own, signal, redirect: 'manual', body, duplex: 'half' }
      return fetch(location.origin + signed.path, init as RequestInit)
    }
    let answer = await attempt()
    if (answer.ok) return answer
    let refusal = refusalOf(answer.status, await answer.text())
    // a stream cannot be sent twice
    if (refusal.name === 'RequestTimeTooSkewed' && !(body instanceof ReadableStream)) {
      skew = skewOf(answer.headers.get('date'))
      answer = await attempt()
      if (answer.ok) return answer
      refusal = refusalOf(answer.status, await answer.text())
    }
    throw refusal
  }

  return {
    location,
    async send(command, input, { abortSignal }) {
      const [asked, read] = WAYS[command]
      return read(await ask(asked(input), abortSignal))
    },
    credentials: async () => given(config),
    close() {},
  }
}

/** An error by the name that the SDK's has. */
function given({ credentials }: S3Config) {
  if (credentials) return credentials
  throw Object.assign(new Error('no credentials are configured'), { name: 'CredentialsProviderError' })
}
