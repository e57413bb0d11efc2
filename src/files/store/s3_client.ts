import type { S3Client } from '@aws-sdk/client-s3'
import type { S3Config } from '../../config/types.ts'
import type { S3Api } from './s3_api.ts'
import { isPathStyle } from './s3_endpoint.ts'
import type { Location } from './sigv4.ts'

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

/** S3 by the SDK, which is loaded for it. */
export async function openSdk(config: S3Config): Promise<S3Api> {
  const sdk = await import('./s3_sdk.ts')
  const client = openClient(sdk, config)
  const commands = {
    GetObject: sdk.GetObjectCommand,
    HeadObject: sdk.HeadObjectCommand,
    DeleteObject: sdk.DeleteObjectCommand,
    GetBucketVersioning: sdk.GetBucketVersioningCommand,
    ListObjectVersions: sdk.ListObjectVersionsCommand,
    PutObject: sdk.PutObjectCommand,
  }
  return {
    location: await locate(client, config.bucket),
    send: (command, input, options) => {
      // each takes its own input, which the types of a table cannot say
      const Command = commands[command] as unknown as new (input: unknown) => never
      return client.send(new Command(input), options)
    },
    credentials: () => client.config.credentials(),
    close: () => client.destroy(),
  }
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
