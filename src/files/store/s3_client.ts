import type { S3Client } from '@aws-sdk/client-s3'
import type { S3Config } from '../../config/types.ts'
import { ArchiveError } from '../../errors.ts'
import type { Log } from '../../log.ts'
import type { Credentials, Location } from './sigv4.ts'

/** The SDK, as far as the store uses it. */
export type Sdk = typeof import('./s3_sdk.ts')

/** Patience with a connection that is not made. */
const CONNECT_MS = 3_000

/** The store says itself what went wrong, in the archive's log. */
const silent = { debug() {}, info() {}, warn() {}, error() {} }

/**
 * A client that makes one attempt: the store counts and times them. Uploads are guarded by
 * Content-MD5, which every server knows.
 */
export function openClient(sdk: Sdk, config: S3Config): S3Client {
  const { region, endpoint, credentials } = config
  const client = new sdk.S3Client({
    region,
    ...(endpoint === null ? {} : { endpoint }),
    ...(credentials === null
      ? {}
      : { credentials: { ...credentials, sessionToken: credentials.sessionToken ?? undefined } }),
    forcePathStyle: isPathStyle(config),
    maxAttempts: 1,
    logger: silent,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    // a download holds its connection as long as its client takes: one client must not wait for
    // another's
    requestHandler: {
      connectionTimeout: CONNECT_MS,
      httpAgent: { maxSockets: 4096 },
      httpsAgent: { maxSockets: 4096 },
    },
  })
  // what has an MD5 is signed by that: the SDK would take the SHA-256 of a body in memory as well
  client.middlewareStack.add(
    (next) => (args) => {
      const { headers } = args.request as { headers: Record<string, string> }
      if (headers['content-md5'] !== undefined) headers['x-amz-content-sha256'] = 'UNSIGNED-PAYLOAD'
      return next(args)
    },
    { step: 'build', name: 'unsignedPayload', priority: 'low' },
  )
  return client
}

/**
 * Names that can be a label of a host name; those with dots cannot be one that a certificate of S3
 * covers.
 */
const LABEL = /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/

/**
 * Whether the bucket is named in the path. `auto` is what boto3 makes of it: the path on a server
 * of one's own and for names that are no label of a host, else the host. An address has no
 * subdomains, so there it is the path even with `virtual`.
 */
export function isPathStyle({
  endpoint,
  bucket,
  addressingStyle: style,
}: Pick<S3Config, 'endpoint' | 'bucket' | 'addressingStyle'>): boolean {
  if (style === 'path') return true
  const host = endpoint === null ? '' : new URL(endpoint).hostname
  if (/^[\d.]+$/.test(host) || host.startsWith('[')) return true
  return style === 'auto' && (endpoint !== null || !LABEL.test(bucket))
}

/**
 * Where the bucket's objects are, by the SDK's own rules of endpoints.
 * @throws Error for a bucket whose URLs are signed in another way than SigV4
 */
export async function locate({ config }: S3Client, bucket: string): Promise<Location> {
  const endpoint = await config.endpoint?.()
  const { url, properties } = config.endpointProvider(
    {
      Bucket: bucket,
      Region: await config.region(),
      ForcePathStyle: config.forcePathStyle,
      UseFIPS: await config.useFipsEndpoint(),
      UseDualStack: await config.useDualstackEndpoint(),
      ...(endpoint && { Endpoint: addressOf(endpoint) }),
    },
    {},
  )
  const [scheme] = (properties?.authSchemes ?? []) as { name: string; signingRegion?: string }[]
  if (scheme?.name !== 'sigv4' || !scheme.signingRegion)
    throw new Error(`BUCKET ${bucket} is of a kind whose URLs the archive cannot sign`)
  return {
    origin: url.origin,
    prefix: url.pathname.endsWith('/') ? url.pathname : `${url.pathname}/`,
    region: scheme.signingRegion,
  }
}

type Endpoint = Awaited<ReturnType<NonNullable<S3Client['config']['endpoint']>>>
const addressOf = ({ protocol, hostname, port, path }: Endpoint): string =>
  `${protocol}//${hostname}${port ? `:${port}` : ''}${path}`

/** Credentials at hand whenever a URL is signed. */
export interface Wallet {
  current(): Credentials
  close(): void
}

interface Resolved extends Credentials {
  expiration?: Date
}

const MINUTE_MS = 60_000
/** The SDK gives new credentials in the last five minutes of the old. */
const EARLY_MS = 4.5 * MINUTE_MS
const RETRY_MS = 30_000
/** The longest that a timer can be set to. */
const LONGEST_MS = 2 ** 31 - 1

/**
 * Keeps the credentials that the SDK finds, and asks for new ones before they expire. Without any,
 * what needs them fails, and only that.
 */
export async function openWallet(resolve: () => Promise<Resolved>, log: Log): Promise<Wallet> {
  let kept: Resolved | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let closed = false

  async function refresh(): Promise<void> {
    let next: number | undefined = RETRY_MS
    try {
      kept = await resolve()
      next = kept.expiration && Math.max(RETRY_MS, kept.expiration.getTime() - Date.now() - EARLY_MS)
    } catch (error) {
      log.error('no credentials for S3 are found', { error: String(error) })
    }
    if (next === undefined || closed) return
    timer = setTimeout(refresh, Math.min(next, LONGEST_MS))
    timer.unref?.()
  }

  await refresh()
  return {
    current() {
      if (!kept || (kept.expiration && kept.expiration.getTime() <= Date.now()))
        throw new ArchiveError(
          'store_unavailable',
          'The archive has no credentials for its file store. Try again shortly.',
        )
      return kept
    },
    close() {
      closed = true
      clearTimeout(timer)
    },
  }
}
