import type { PutObjectCommandInput, S3Client } from '@aws-sdk/client-s3'
import type { ArchiveError } from '../../errors.ts'
import type { Log } from '../../services.ts'
import { counted, wrongDigest, wrongSize } from './counted.ts'
import { disposition } from './disposition.ts'
import { type Patience, patience, persist } from './limits.ts'
import type { Sdk } from './s3_client.ts'
import { codeOf, isPassing } from './s3_errors.ts'
import type { QuickPut } from './s3_quick.ts'
import { type FileBody, type FileFacts, Misconfigured } from './store.ts'

const DAY_MS = 86_400_000
/** A connection that broke may be an old one; whoever has more patience than that asks again, and can say so meanwhile. */
const ATTEMPTS = 2
/** How servers refuse a storage class that they do not have. */
const NO_SUCH_CLASS = new Set(['InvalidStorageClass', 'InvalidArgument'])
const WRONG_DIGEST = new Set(['BadDigest', 'InvalidDigest'])

export interface Uploader {
  sdk: Sdk
  client: S3Client
  bucket: string
  /** Files of observations older than that many days go to STANDARD_IA. */
  daysToIaStorage: number
  /** A stream of `size` bytes as the runtime's HTTP client sends it. */
  convert(body: ReadableStream<Uint8Array>, size: number): unknown
  /** For bodies in memory; where there is none the SDK sends them. */
  quick?: QuickPut | undefined
  /** How long S3 may take no byte of a body, or give no answer after it, in milliseconds. */
  stall: number
  /** That the bucket keeps versions, once it was asked. */
  versioned?: Promise<void> | undefined
  /** Whether the server has said that it has no STANDARD_IA: then it is not asked again. */
  refusesClass?: boolean
  log: Log
}

/** The metadata of an object that say which run of an ingester has uploaded it: a random name, since whoever may download sees it. */
export const RUN = 'platestack-run'

/** Stores an object, from its beginning again where a transfer fails for a passing reason; answers S3's VersionId and ETag. */
export async function putObject(
  to: Uploader,
  path: string,
  body: FileBody,
  facts: FileFacts,
): Promise<{ key: string; md5: string; wasRepeated: boolean }> {
  const { log, bucket } = to
  const input: PutObjectCommandInput = {
    Bucket: bucket,
    Key: path,
    ContentLength: body.size,
    ContentMD5: btoa(facts.md5.replace(/../g, (byte) => String.fromCharCode(Number.parseInt(byte, 16)))),
    ContentType: facts.contentType,
    ContentDisposition: disposition(facts.filename),
    Metadata: facts.run ? { [RUN]: facts.run } : undefined,
    StorageClass: !to.refusesClass && isOld(facts.observationDate, to.daysToIaStorage) ? 'STANDARD_IA' : undefined,
  }
  await expectVersions(to)
  const { answer, wasRepeated } = await upload(to, input, body).catch((error) => {
    if (input.StorageClass === undefined || !NO_SUCH_CLASS.has(codeOf(error))) throw error
    if (!to.refusesClass)
      log.warn('S3 does not take the storage class, so files go to its usual one', {
        path,
        storageClass: input.StorageClass,
      })
    to.refusesClass = true
    return upload(to, { ...input, StorageClass: undefined }, body)
  })
  // a bucket whose versioning is suspended calls them all null
  if (!answer.VersionId || answer.VersionId === 'null') throw noVersions(bucket)
  return { key: answer.VersionId, md5: md5Of(answer.ETag), wasRepeated }
}

const noVersions = (bucket: string): Misconfigured =>
  new Misconfigured(`the bucket ${bucket} keeps no versions: turn its versioning on`)

/**
 * Asks once whether the bucket keeps versions: where it does not, an upload would take the place of what lies there. Without the right to
 * ask, the first upload shows it.
 */
function expectVersions(to: Uploader): Promise<void> {
  to.versioned ??= ask(to).catch((error) => {
    to.versioned = undefined
    throw error
  })
  return to.versioned
}

async function ask({ client, sdk, bucket, stall }: Uploader): Promise<void> {
  let attempts = 0
  const attempt = () => {
    const abortSignal = AbortSignal.timeout(stall)
    return client.send(new sdk.GetBucketVersioningCommand({ Bucket: bucket }), { abortSignal })
  }
  try {
    const { Status } = await persist(
      Number.POSITIVE_INFINITY,
      attempt,
      (error) => ++attempts < ATTEMPTS && isPassing(error),
    )
    if (Status !== 'Enabled') throw noVersions(bucket)
  } catch (error) {
    if (error instanceof Misconfigured || isPassing(error) || codeOf(error) === 'NoSuchBucket') throw error
  }
}

/** The slowest line on which an upload of bytes in memory, whose progress nobody sees, is waited for: bytes a millisecond. */
const SLOWEST = 100

async function uploadBytes({ client, sdk, quick, stall }: Uploader, input: PutObjectCommandInput, bytes: Uint8Array) {
  const waiting = patience()
  waiting.expect(stall + bytes.length / SLOWEST)
  try {
    if (quick) return await quick(input, bytes, waiting.signal)
    return await client.send(new sdk.PutObjectCommand({ ...input, Body: bytes }), { abortSignal: waiting.signal })
  } catch (error) {
    throw why(waiting, error)
  } finally {
    waiting.rest()
  }
}

/** The SDK says of a request that was given up no more than that. */
const why = ({ signal }: Patience, error: unknown): unknown => (signal.aborted ? signal.reason : error)

async function upload(to: Uploader, input: PutObjectCommandInput, body: FileBody) {
  const { sdk, client, convert, stall } = to
  let fault: ArchiveError | undefined
  let attempts = 0
  if (body.inMemory && body.inMemory.length !== body.size) throw wrongSize(body.size)
  const attempt = async () => {
    if (body.inMemory) return uploadBytes(to, input, body.inMemory)
    const waiting = patience()
    const source = counted(
      body,
      () => waiting.expect(stall),
      (error) => waiting.end(error),
    )
    try {
      waiting.expect(stall)
      const command = new sdk.PutObjectCommand({
        ...input,
        Body: convert(source.stream, body.size) as PutObjectCommandInput['Body'],
      })
      return await client.send(command, { abortSignal: waiting.signal })
    } catch (error) {
      fault = source.fault()
      throw fault ?? why(waiting, error)
    } finally {
      waiting.rest()
      source.release()
    }
  }
  // a large file takes its time: the attempts are bounded, not the time of all together
  const again = (error: unknown) => fault === undefined && ++attempts < ATTEMPTS && isPassing(error)
  const answer = await persist(Number.POSITIVE_INFINITY, attempt, again).catch((error) => {
    throw WRONG_DIGEST.has(codeOf(error)) ? wrongDigest() : error
  })
  return { answer, wasRepeated: attempts > 0 }
}

/** An ETag as the MD5 that it is, where the object was sent in one piece and is not encrypted with a key of its own. */
export const md5Of = (etag: string | undefined): string => (etag ?? '').replaceAll('"', '')

const isOld = (date: Date | null, days: number): boolean => date !== null && date.getTime() < Date.now() - days * DAY_MS
