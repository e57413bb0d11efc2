import type { S3Config } from '../../config/types.ts'
import { ArchiveError } from '../../errors.ts'
import type { Log } from '../../log.ts'
import { trackOutage } from '../../log.ts'
import { LIMITS, type Limits, type Patience, patience, persist } from './limits.ts'
import { locate, openClient, openWallet } from './s3_client.ts'
import { isMissing, isPassing, statusOf, unavailable } from './s3_errors.ts'
import { md5Of, putObject, RUN, type Uploader } from './s3_put.ts'
import { type HttpClient, quickPut } from './s3_quick.ts'
import { type Digests, portableDigests, presigner } from './sigv4.ts'
import { type Opened, steadyStream } from './steady.ts'
import { type FileStore, type StoredFile, signingTime, URL_VALID_S } from './store.ts'

/** What a runtime does better than the Web's APIs, or in its own way. */
export interface S3Platform {
  digests?: Digests
  /** A stream of `size` bytes as the runtime's HTTP client sends it, with its length; the stream itself unless given. */
  upload?(body: ReadableStream<Uint8Array>, size: number): unknown
  /** A client for small uploads to a server; where there is none they go the SDK's way. */
  http?(origin: string): HttpClient
}

interface Range {
  start: number
  end: number
}

interface Facts {
  /** Of the whole object, in bytes. */
  size: number
  modified: Date
}

/**
 * Files in a versioned bucket. A version's key is its VersionId, its MD5 the ETag.
 * @param limits how long S3 is waited for
 */
export async function s3Store(
  config: S3Config,
  log: Log,
  platform: S3Platform = {},
  limits: Limits = LIMITS,
): Promise<FileStore> {
  const sdk = await import('@aws-sdk/client-s3')
  const client = openClient(sdk, config)
  const { bucket, daysToIaStorage } = config
  const away = trackOutage(log, 'S3 failed', 'S3 answers again')
  const [location, wallet] = await Promise.all([
    locate(client, bucket),
    openWallet(() => client.config.credentials(), log),
  ])
  const digests = platform.digests ?? portableDigests
  const sign = presigner(location, digests)
  const convert = platform.upload ?? ((body) => body)
  const http = platform.http?.(location.origin)
  const quick = http && quickPut(http, { location, digests, credentials: wallet.current })
  const uploader: Uploader = { sdk, client, bucket, daysToIaStorage, convert, quick, stall: limits.stall, log }
  const object = ({ path, key }: StoredFile) => ({ Bucket: bucket, Key: path, VersionId: key })

  /** One request, made again while that may help. */
  const request = <T>(
    send: (abortSignal: AbortSignal, waiting: Patience) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T> =>
    persist(
      limits.total,
      async (left) => {
        const waiting = patience()
        const leave = () => waiting.end(new Error('nobody waits for it any more'))
        signal?.addEventListener('abort', leave, { once: true })
        waiting.expect(Math.min(left, limits.attempt))
        try {
          signal?.throwIfAborted()
          const answer = await send(waiting.signal, waiting)
          away.end()
          return answer
        } finally {
          waiting.rest()
          signal?.removeEventListener('abort', leave)
        }
      },
      (error) => !signal?.aborted && isPassing(error),
    )

  const open = (file: StoredFile, range?: Range, signal?: AbortSignal): Promise<Opened & Facts> =>
    request(async (abortSignal, waiting) => {
      const input = { ...object(file), Range: range && `bytes=${range.start}-${range.end}` }
      const answer = await client.send(new sdk.GetObjectCommand(input), { abortSignal })
      const length = answer.ContentLength ?? 0
      return {
        chunks: answer.Body as unknown as AsyncIterable<Uint8Array>,
        length,
        size: Number(answer.ContentRange?.split('/')[1] ?? length),
        modified: answer.LastModified ?? new Date(0),
        patience: waiting,
      }
    }, signal)

  async function look(file: StoredFile): Promise<Facts> {
    try {
      const found = await request((abortSignal) =>
        client.send(new sdk.HeadObjectCommand(object(file)), { abortSignal }),
      )
      return { size: found.ContentLength ?? 0, modified: found.LastModified ?? new Date(0) }
    } catch (error) {
      if (isPassing(error)) throw error
      // a refused HEAD has no body that says why; a GET has
      const { size, modified, patience } = await open(file, { start: 0, end: 0 })
      patience.end(new Error('its head is all that is wanted'))
      return { size, modified }
    }
  }

  /** A stream of what has been asked for; a range that begins after the end is empty. */
  async function stream(
    file: StoredFile,
    range?: Range,
    signal?: AbortSignal,
  ): Promise<Facts & { body: ReadableStream<Uint8Array> }> {
    const empty = async () => ({ ...(await look(file)), body: new Blob().stream() })
    if (range && range.end < range.start) return empty()
    const first = await open(file, range, signal).catch((error) => {
      if (statusOf(error) === 416) return null
      throw error
    })
    if (first === null) return empty()
    const start = range?.start ?? 0
    const end = start + first.length - 1
    const reopen = async (from: number, error: unknown) => {
      const fields = { path: file.path, key: file.key }
      log.warn('a transfer from S3 broke off, its rest is asked for', {
        ...fields,
        from: start + from,
        error: String(error),
      })
      return open(file, { start: start + from, end }).catch((why) => {
        throw unavailable(away, 'stream', why, fields)
      })
    }
    return { body: steadyStream(first, reopen, limits.stall), size: first.size, modified: first.modified }
  }

  /** What `work` answers; null: the file is not there. All else that fails is the store's fault. */
  async function orNull<T>(
    operation: string,
    file: StoredFile,
    work: () => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T | null> {
    // S3 takes an empty VersionId for the newest version, or for none
    if (file.key === '') return null
    try {
      return await work()
    } catch (error) {
      if (isMissing(error)) {
        away.end()
        return null
      }
      if (signal?.aborted) throw new ArchiveError('store_unavailable')
      throw unavailable(away, operation, error, { path: file.path, key: file.key })
    }
  }

  const remove = (file: StoredFile) =>
    orNull('delete', file, () =>
      request((abortSignal) => client.send(new sdk.DeleteObjectCommand(object(file)), { abortSignal })),
    )

  return {
    kind: 's3',
    url: (file, _base, validS = URL_VALID_S) =>
      sign({ path: file.path, versionId: file.key, credentials: wallet.current(), at: signingTime(), validS }),
    stat: (file) => orNull('stat', file, () => look(file)),
    stream: (file, range, signal) => orNull('stream', file, () => stream(file, range, signal), signal),
    delete: async (file) => void (await remove(file)),
    newestAt: (path) =>
      orNull('stat', { path, key: 'newest', newest: true, isPublic: false }, async () => {
        const { VersionId, ETag } = await request((abortSignal) =>
          client.send(new sdk.HeadObjectCommand({ Bucket: bucket, Key: path }), { abortSignal }),
        )
        return { key: VersionId ?? '', md5: md5Of(ETag) }
      }),
    async keysAt(path, md5, runs) {
      const found = await request((abortSignal) =>
        client.send(new sdk.ListObjectVersionsCommand({ Bucket: bucket, Prefix: path }), { abortSignal }),
      ).catch((error) => {
        throw unavailable(away, 'list', error, { path })
      })
      // the prefix may be that of longer names as well; a path with more than a thousand versions is seen in part
      const same = (found.Versions ?? []).filter(({ Key, ETag }) => Key === path && md5Of(ETag) === md5)
      const keys = same.flatMap(({ VersionId }) => VersionId ?? [])
      const theirs = await Promise.all(
        keys.map((key) =>
          orNull('stat', { path, key, newest: false, isPublic: false }, async () => {
            const input = { Bucket: bucket, Key: path, VersionId: key }
            return request((abortSignal) => client.send(new sdk.HeadObjectCommand(input), { abortSignal }))
          }),
        ),
      )
      return keys.filter((_, i) => {
        const run = theirs[i]?.Metadata?.[RUN]
        return run !== undefined && runs.has(run)
      })
    },
    async put(path, body, facts) {
      const stored = await putObject(uploader, path, body, facts).catch((error) => {
        throw unavailable(away, 'put', error, { path })
      })
      away.end()
      const withdraw = async () => void (await remove({ path, key: stored.key, newest: true, isPublic: false }))
      return { ...stored, withdraw }
    },
    close() {
      wallet.close()
      http?.close()
      client.destroy()
    },
  }
}
