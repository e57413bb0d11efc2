import type { PutObjectCommandInput } from '@aws-sdk/client-s3'
import { streamFrom } from '../../bytes.ts'
import { ArchiveError } from '../../errors.ts'
import type { Log } from '../../log.ts'
import { disposition } from './disposition.ts'
import { type Patience, patience, persist } from './patience.ts'
import type { S3Api } from './s3_api.ts'
import { codeOf, isPassing } from './s3_errors.ts'
import type { QuickPut } from './s3_quick.ts'
import { type FileBody, type FileFacts, Misconfigured, type Put } from './store.ts'
import { wholeBody, wrongDigest, wrongSize } from './whole.ts'

const DAY_MS = 86_400_000
/** A connection that broke may be an old one; callers with more patience ask again themselves. */
const ATTEMPTS = 2
/** How servers refuse a storage class that they do not have. */
const NO_SUCH_CLASS = new Set(['InvalidStorageClass', 'InvalidArgument'])
const WRONG_DIGEST = new Set(['BadDigest', 'InvalidDigest'])
/** The slowest line for bytes in memory, whose progress is not seen: bytes a millisecond. */
const SLOWEST = 100

/**
 * The metadata of an object that say which run of an ingester uploaded it: a random name, since
 * whoever may download the object sees it.
 */
export const RUN = 'platestack-run'

interface Uploader {
  api: S3Api
  bucket: string
  /** Files of observations older than that many days go to STANDARD_IA. */
  daysToIaStorage: number
  /** A stream of `size` bytes as the runtime's HTTP client sends it. */
  convert(body: ReadableStream<Uint8Array>, size: number): unknown
  /** For bodies in memory; where there is none the SDK sends them. */
  quick: QuickPut | undefined
  /** How long S3 may take no byte of a body, or give no answer after it, in milliseconds. */
  stall: number
  /** Whether the bucket keeps versions. */
  isVersioned(): Promise<boolean>
  log: Log
}

type Uploaded = Required<Pick<Put, 'key' | 'md5' | 'wasRepeated'>>

/**
 * Uploads of whole objects, made again from the beginning where a transfer fails for a passing
 * reason. They give S3's VersionId and ETag.
 */
export function openUploads(uploader: Uploader): (path: string, body: FileBody, facts: FileFacts) => Promise<Uploaded> {
  const { bucket, log } = uploader
  const noVersions = () => new Misconfigured(`the bucket ${bucket} keeps no versions: turn its versioning on`)
  // asked once for all, and again until it is yes: without versions an upload would replace a file
  let versioned: Promise<boolean> | undefined
  let hasInfrequentAccess = true

  return async (path, body, facts) => {
    if (body.inMemory && body.inMemory.length !== body.size) throw wrongSize(body.size)
    const isOld = facts.observationDate !== null && daysSince(facts.observationDate) > uploader.daysToIaStorage
    const input: PutObjectCommandInput = {
      Bucket: bucket,
      Key: path,
      ContentLength: body.size,
      ContentMD5: btoa(facts.md5.replace(/../g, (byte) => String.fromCharCode(Number.parseInt(byte, 16)))),
      ContentType: facts.contentType,
      ContentDisposition: disposition(facts.filename),
      Metadata: facts.run ? { [RUN]: facts.run } : undefined,
      StorageClass: isOld && hasInfrequentAccess ? 'STANDARD_IA' : undefined,
    }
    versioned ??= uploader.isVersioned()
    const keepsVersions = await versioned.catch((error) => {
      versioned = undefined
      throw error
    })
    if (!keepsVersions) {
      versioned = undefined
      throw noVersions()
    }
    const { answer, wasRepeated } = await upload(uploader, input, body).catch((error) => {
      if (input.StorageClass === undefined || !NO_SUCH_CLASS.has(codeOf(error))) throw error
      if (hasInfrequentAccess)
        log.warn('S3 does not take the storage class, so files go to its usual one', {
          path,
          storageClass: input.StorageClass,
        })
      hasInfrequentAccess = false
      return upload(uploader, { ...input, StorageClass: undefined }, body)
    })
    // a bucket whose versioning is suspended calls them all null
    if (!answer.VersionId || answer.VersionId === 'null') throw noVersions()
    return { key: answer.VersionId, md5: md5Of(answer.ETag), wasRepeated }
  }
}

/** An ETag as the MD5 that it is of an object that was sent in one piece and is not encrypted. */
export const md5Of = (etag: string | undefined): string => (etag ?? '').replaceAll('"', '')

/** Encryption under which an ETag is still the MD5. */
const WITH_MD5 = new Set([undefined, 'AES256'])

/** The MD5 of an object by what S3 says of it; null: its ETag is none. */
export function digestOf(answer: {
  ETag?: string | undefined
  ServerSideEncryption?: string | undefined
  SSECustomerAlgorithm?: string | undefined
}): string | null {
  const md5 = md5Of(answer.ETag)
  const isMd5 = answer.SSECustomerAlgorithm === undefined && WITH_MD5.has(answer.ServerSideEncryption)
  return isMd5 && /^[0-9a-f]{32}$/i.test(md5) ? md5.toLowerCase() : null
}

const daysSince = (date: Date): number => (Date.now() - date.getTime()) / DAY_MS

async function upload(uploader: Uploader, input: PutObjectCommandInput, body: FileBody) {
  let failures = 0
  // a large file takes its time, so the attempts are bounded and not their time
  const answer = await persist(
    { attempts: ATTEMPTS },
    () =>
      send(uploader, input, body).catch((error) => {
        failures++
        throw WRONG_DIGEST.has(codeOf(error)) ? wrongDigest() : error
      }),
    (error) => !(error instanceof ArchiveError) && isPassing(error),
  )
  return { answer, wasRepeated: failures > 0 }
}

async function send({ api, quick, convert, stall }: Uploader, input: PutObjectCommandInput, body: FileBody) {
  const waiting = patience()
  const { inMemory } = body
  const pieces = inMemory ? undefined : watched(body, waiting, stall)
  try {
    waiting.expect(stall + (inMemory ? inMemory.length / SLOWEST : 0))
    if (quick && inMemory) return await quick(input, inMemory, waiting.signal)
    const Body = (pieces ? convert(streamFrom(pieces), body.size) : inMemory) as PutObjectCommandInput['Body']
    return await api.send('PutObject', { ...input, Body }, { abortSignal: waiting.signal })
  } catch (error) {
    // of a request that was aborted the SDK says no more than that
    const reason = waiting.signal.aborted ? waiting.signal.reason : error
    // S3 may have answered before it had the whole body: that connection is of no more use
    waiting.end(reason)
    throw reason
  } finally {
    waiting.rest()
    void pieces?.return()
  }
}

/**
 * The pieces of a body, each of which has to be taken in time. One that fails ends the request:
 * HTTP clients would wait for more.
 */
async function* watched(body: FileBody, waiting: Patience, stall: number): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    for await (const chunk of wholeBody(body)) {
      waiting.expect(stall)
      yield chunk
    }
  } catch (error) {
    waiting.end(error as ArchiveError)
    throw error
  }
}
