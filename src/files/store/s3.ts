import type { ByteRange } from '../../bytes.ts'
import type { S3Config } from '../../config/types.ts'
import { ArchiveError } from '../../errors.ts'
import { type Log, trackOutage } from '../../log.ts'
import type { HttpClient } from './http_client.ts'
import { LIMITS, type Limits, type Patience, patience, persist } from './patience.ts'
import type { Commands, S3Api } from './s3_api.ts'
import { codeOf, explainMisconfigured, isMissing, isPassing, statusOf, unavailable } from './s3_errors.ts'
import { digestOf, md5Of, openUploads, RUN } from './s3_put.ts'
import { quickPut } from './s3_quick.ts'
import { openWallet } from './s3_wallet.ts'
import { type Digests, portableDigests, presigner } from './sigv4.ts'
import { type Opened, steadyStream } from './steady.ts'
import {
  type FileBody,
  type FileFacts,
  type FileStore,
  type Listed,
  type Opening,
  type Put,
  type Ref,
  type Stat,
  signingTime,
  URL_VALID_S,
} from './store.ts'

/** What a runtime does better than the Web's APIs, or in its own way. */
export interface S3Platform {
  /** How S3 is asked. */
  open(config: S3Config): Promise<S3Api>
  digests?: Digests
  /**
   * A stream of `size` bytes as the runtime's HTTP client sends it, with its length; the stream
   * itself unless given.
   */
  upload?(body: ReadableStream<Uint8Array>, size: number): unknown
  /** A client for small uploads to a server; where there is none they go the SDK's way. */
  http?(origin: string): HttpClient
}

/**
 * Files in a versioned bucket. A version's key is its VersionId, its MD5 the ETag.
 * @param limits how long S3 is waited for
 */
export async function s3Store(
  config: S3Config,
  log: Log,
  platform: S3Platform,
  limits: Limits = LIMITS,
): Promise<FileStore> {
  const api = await platform.open(config)
  const { location } = api
  const { bucket, daysToIaStorage } = config
  const away = trackOutage(log, 'S3 failed', 'S3 answers again', { name: 's3' })
  const wallet = await openWallet(api.credentials, log)
  const digests = platform.digests ?? portableDigests
  const sign = presigner(location, digests)
  const http = platform.http?.(location.origin)
  const object = ({ path, key }: Pick<Ref, 'path' | 'key'>) => ({ Bucket: bucket, Key: path, VersionId: key })

  /** One request, made again while that may help. */
  const request = <T>(
    send: (options: { abortSignal: AbortSignal }, waiting: Patience) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T> =>
    persist(
      { total: limits.total },
      async (left) => {
        const waiting = patience()
        const leave = () => waiting.end(new Error('nobody waits for it any more'))
        signal?.addEventListener('abort', leave, { once: true })
        waiting.expect(Math.min(left, limits.attempt))
        try {
          signal?.throwIfAborted()
          const answer = await send({ abortSignal: waiting.signal }, waiting)
          away.end()
          return answer
        } finally {
          waiting.rest()
          signal?.removeEventListener('abort', leave)
        }
      },
      (error) => !signal?.aborted && isPassing(error),
    )

  const get = (ref: Ref, range?: ByteRange, signal?: AbortSignal): Promise<Opened & Stat> =>
    request(async (options, waiting) => {
      const input = { ...object(ref), Range: range && `bytes=${range.start}-${range.end}` }
      const answer = await api.send('GetObject', input, options)
      const length = answer.ContentLength ?? 0
      return {
        chunks: answer.Body!,
        length,
        size: Number(answer.ContentRange?.split('/')[1] ?? length),
        modified: answer.LastModified ?? new Date(0),
        md5: digestOf(answer),
        patience: waiting,
      }
    }, signal)

  /** The newest object at a path where no key is given. */
  const head = (path: string, key?: string) =>
    request((options) => api.send('HeadObject', { Bucket: bucket, Key: path, VersionId: key }, options))

  async function stat(ref: Ref): Promise<Stat> {
    try {
      const answer = await head(ref.path, ref.key)
      const { ContentLength: size = 0, LastModified: modified = new Date(0) } = answer
      return { size, modified, md5: digestOf(answer) }
    } catch (error) {
      if (isPassing(error)) throw error
      // a refused HEAD has no body that says why; a GET has
      const { size, modified, md5 = null, patience } = await get(ref, { start: 0, end: 0 })
      patience.end(new Error('only its head is wanted'))
      return { size, modified, md5 }
    }
  }

  /** A range that begins after the end is empty. */
  async function stream(ref: Ref, range?: ByteRange, signal?: AbortSignal): Promise<Opening> {
    const isEmpty = range && range.end < range.start
    const first = isEmpty
      ? null
      : await get(ref, range, signal).catch((error) => {
          if (statusOf(error) === 416) return null
          throw error
        })
    if (first === null) return { ...(await stat(ref)), body: new Blob().stream() }
    const start = range?.start ?? 0
    const end = start + first.length - 1
    const reopen = (from: number, error: unknown) => {
      const fields = { path: ref.path, key: ref.key }
      log.warn('a transfer from S3 broke off, its rest is asked for', {
        ...fields,
        from: start + from,
        error: String(error),
      })
      return get(ref, { start: start + from, end }, signal).catch((why) => {
        if (signal?.aborted) throw new ArchiveError('store_unavailable')
        throw unavailable(away, 'stream', why, fields)
      })
    }
    const { size, modified, md5 = null } = first
    return { body: steadyStream(first, reopen, limits.stall, signal), size, modified, md5 }
  }

  /** What `work` gives; null: the object is not there. All other failures are the store's. */
  async function orNull<T>(
    operation: string,
    fields: { path: string; key?: string },
    work: () => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T | null> {
    // S3 takes an empty VersionId for the newest version, or for none
    if (fields.key === '') return null
    try {
      return await work()
    } catch (error) {
      if (isMissing(error)) {
        away.end()
        return null
      }
      if (signal?.aborted) throw new ArchiveError('store_unavailable')
      throw unavailable(away, operation, error, fields)
    }
  }

  const named = ({ path, key }: Pick<Ref, 'path' | 'key'>) => ({ path, key })
  const remove = async (ref: Pick<Ref, 'path' | 'key'>): Promise<void> => {
    const send = () => request((options) => api.send('DeleteObject', object(ref), options))
    await orNull('delete', named(ref), send)
  }

  async function isVersioned(): Promise<boolean> {
    try {
      return (
        (await request((options) => api.send('GetBucketVersioning', { Bucket: bucket }, options))).Status === 'Enabled'
      )
    } catch (error) {
      if (isPassing(error) || codeOf(error) === 'NoSuchBucket') throw error
      // without the right to ask, the first upload shows it
      return true
    }
  }

  const upload = openUploads({
    api,
    bucket,
    daysToIaStorage,
    convert: platform.upload ?? ((body) => body),
    quick: http && quickPut(http, { location, digests, credentials: wallet.current }),
    stall: limits.stall,
    isVersioned,
    log,
  })

  async function put(path: string, body: FileBody, facts: FileFacts): Promise<Put> {
    const stored = await upload(path, body, facts).catch((error) => {
      throw unavailable(away, 'put', error, { path })
    })
    away.end()
    return { ...stored, withdraw: () => remove({ path, key: stored.key }) }
  }

  /** All versions of all objects, a page of a thousand at a time. */
  async function* list(): AsyncGenerator<Listed[], void, undefined> {
    const ask = (input: Commands['ListObjectVersions'][0]) =>
      request((options) => api.send('ListObjectVersions', input, options)).catch((error) => {
        throw unavailable(away, 'list', error, {})
      })
    for (let page = await ask({ Bucket: bucket }); ; ) {
      yield (page.Versions ?? []).map(({ Key, VersionId, Size, LastModified }) => ({
        path: Key ?? '',
        key: VersionId ?? '',
        size: Size ?? 0,
        modified: LastModified ?? new Date(0),
      }))
      const { NextKeyMarker: KeyMarker, NextVersionIdMarker: VersionIdMarker } = page
      if (KeyMarker === undefined) return
      page = await ask({ Bucket: bucket, KeyMarker, VersionIdMarker })
    }
  }

  return {
    kind: 's3',
    url: ({ path, key: versionId }, _base, validS = URL_VALID_S) =>
      sign({ path, versionId, credentials: wallet.current(), at: signingTime(), validS }),
    stat: (ref) => orNull('stat', named(ref), () => stat(ref)),
    stream: (ref, range, signal) => orNull('stream', named(ref), () => stream(ref, range, signal), signal),
    delete: remove,
    newestAt: (path) =>
      orNull('stat', { path }, async () => {
        const { VersionId, ETag } = await head(path)
        return { key: VersionId ?? '', md5: md5Of(ETag) }
      }),
    async keysAt(path, md5, runs) {
      const prefix = { Bucket: bucket, Prefix: path }
      const found = await orNull('list', { path }, () =>
        request((options) => api.send('ListObjectVersions', prefix, options)),
      )
      // the prefix may be that of longer names as well; a path with more than a thousand versions
      // is seen in part
      const same = found?.Versions?.filter(({ Key, ETag }) => Key === path && md5Of(ETag) === md5) ?? []
      const ofRuns = same.map(async ({ VersionId: key = '' }) => {
        const run = (await orNull('stat', { path, key }, () => head(path, key)))?.Metadata?.[RUN]
        return run !== undefined && runs.has(run) ? [key] : []
      })
      return (await Promise.all(ofRuns)).flat()
    },
    put,
    restore: ({ path }, body, facts) => put(path, body, facts),
    list,
    async probe() {
      try {
        await api.send('GetBucketVersioning', { Bucket: bucket }, { abortSignal: AbortSignal.timeout(limits.attempt) })
      } catch (error) {
        const mistake = explainMisconfigured(error)
        // without the right to ask for it, S3 has answered all the same
        if (mistake !== null || isPassing(error)) throw new Error(mistake ?? String(error))
      }
    },
    close() {
      wallet.close()
      http?.close()
      api.close()
    },
  }
}
