import { createHash } from 'node:crypto'
import { request } from 'node:http'
import { HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { S3Config } from '../../../src/config/types.ts'
import { ArchiveError } from '../../../src/errors.ts'
import { s3Store } from '../../../src/files/store/s3.ts'
import { locate, openClient } from '../../../src/files/store/s3_client.ts'
import { type Credentials, portableDigests, requestSigner } from '../../../src/files/store/sigv4.ts'
import type { FileBody, FileFacts, FileStore } from '../../../src/files/store/store.ts'
import { s3Platform } from '../../../src/runtimes/node/s3.ts'
import { silent } from '../../support/log.ts'
import { startRelay } from '../../support/relay.ts'
import { hasS3, type TestS3, testS3 } from '../../support/s3.ts'

const sdk = await import('@aws-sdk/client-s3')

interface SdkRequest {
  method: string
  path: string
  query: Record<string, string>
  headers: Record<string, string>
}

/** The PUT that the SDK would send. */
async function theirs(config: S3Config, input: object): Promise<SdkRequest> {
  const client = openClient(sdk, config)
  let sent: SdkRequest | undefined
  const handle = async (made: SdkRequest) => {
    sent = made
    return { response: { statusCode: 200, headers: {}, body: undefined } }
  }
  Object.assign(client.config, { requestHandler: { handle } })
  await client.send(new PutObjectCommand({ Bucket: config.bucket, Body: new Uint8Array(3), ...input } as never))
  return sent!
}

const base: S3Config = {
  bucket: 'frames',
  endpoint: null,
  region: 'us-west-2',
  credentials: {
    accessKeyId: 'AKIDEXAMPLE',
    secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
    sessionToken: null,
  },
  signatureVersion: 's3v4',
  addressingStyle: 'virtual',
  daysToIaStorage: 60,
}
const word = fc.string({
  unit: fc.constantFrom(...' aB1/%+~\'()*!&=?#;:@,$[]\\"<>{|}-_.\t'),
  minLength: 1,
  maxLength: 40,
})
const objects = fc.record({
  Key: fc
    .oneof(fc.string({ unit: 'binary', minLength: 1, maxLength: 60 }), word)
    .filter((key) => !/^\/|\/\//.test(key)),
  ContentType: fc.constantFrom('image/fits', 'application/x-tar', ''),
  ContentDisposition: word.map((text) => `attachment; filename="${text}"`),
  ContentMD5: fc.constant('kwFQm5bXoW2lHXqRUE3yAQ=='),
  StorageClass: fc.constantFrom(undefined, 'STANDARD_IA'),
})
const configs: [string, Partial<S3Config>][] = [
  ['in the style of hosts', {}],
  [
    'in the style of paths, at an address of its own',
    { addressingStyle: 'path', endpoint: 'http://127.0.0.1:7480/store' },
  ],
  [
    'with a session token',
    { credentials: { accessKeyId: 'ASIA', secretAccessKey: 'secret', sessionToken: 'FwoGZX/IvY+XdzE=' } },
  ],
]

describe('the signature of a PUT', () => {
  test.each(configs)('is that of the SDK, %s', async (_, change) => {
    const config = { ...base, ...change }
    const location = await locate(openClient(sdk, config), config.bucket)
    const signers = [s3Platform.digests!, portableDigests].map((digests) => requestSigner(location, digests))
    await fc.assert(
      fc.asyncProperty(objects, async (input) => {
        const { method, path, query, headers } = await theirs(config, input)
        const { authorization, 'x-amz-date': date, ...rest } = headers
        const own = ['host', 'x-amz-content-sha256', 'x-amz-security-token', 'user-agent', 'x-amz-user-agent']
        const given = Object.fromEntries(Object.entries(rest).filter(([name]) => !own.includes(name)))
        // what the SDK signs beside what it is given
        if (rest['x-amz-user-agent']) given['x-amz-user-agent'] = rest['x-amz-user-agent']
        const at = Date.parse(date!.replace(/^(....)(..)(..)T(..)(..)(..)Z$/, '$1-$2-$3T$4:$5:$6Z'))
        const credentials = config.credentials as Credentials
        expect(query).toEqual({ 'x-id': 'PutObject' })
        for (const sign of signers) {
          const ours = sign({ method, key: input.Key, query: 'x-id=PutObject', headers: given, credentials, at })
          expect(ours.headers.authorization).toBe(authorization)
          expect(ours.path).toBe(`${path}?x-id=PutObject`)
        }
      }),
      { numRuns: 60 },
    )
  })
})

const md5Of = (bytes: Uint8Array) => createHash('md5').update(bytes).digest('hex')
const bodyOf = (bytes: Uint8Array<ArrayBuffer>): FileBody => ({
  size: bytes.length,
  inMemory: bytes,
  stream: () => new Blob([bytes]).stream() as ReadableStream<Uint8Array>,
})
const factsOf = (bytes: Uint8Array, more: Partial<FileFacts> = {}): FileFacts => ({
  contentType: 'image/fits',
  filename: 'né  w.fits.fz',
  observationDate: new Date('2001-01-01'),
  md5: md5Of(bytes),
  replaces: null,
  ...more,
})

describe.runIf(hasS3)('a small object', () => {
  let s3: TestS3
  let store: FileStore
  beforeAll(async () => {
    s3 = await testS3()
    store = await s3Store(s3.config, silent, s3Platform)
  })
  afterAll(async () => {
    store?.close?.()
    await s3?.remove()
  })
  const head = (Key: string, VersionId: string) =>
    s3.client.send(new HeadObjectCommand({ Bucket: s3.config.bucket, Key, VersionId }))

  test('is stored as the SDK stores it', async () => {
    const bySdk = await s3Store(s3.config, silent, { ...s3Platform, http: undefined } as typeof s3Platform)
    const bytes = new TextEncoder().encode('a frame')
    const path = 'cpt/kb70/20160102/raw/ödd +name%2F~.fits.fz'
    const heads = []
    for (const by of [store, bySdk]) {
      const { key, md5 } = await by.put(path, bodyOf(bytes), factsOf(bytes))
      expect(md5).toBe(md5Of(bytes))
      const { $metadata, LastModified, VersionId, ...facts } = await head(path, key)
      expect(VersionId).toBe(key)
      heads.push(facts)
    }
    expect(heads[0]).toMatchObject({ StorageClass: 'STANDARD_IA', ContentType: 'image/fits', ContentLength: 7 })
    expect(heads[0]).toEqual(heads[1])
    bySdk.close?.()
  })

  test('is refused when the request is not the one that was signed', async () => {
    const location = await locate(openClient(sdk, s3.config), s3.config.bucket)
    const sign = requestSigner(location, s3Platform.digests!)
    const put = (key: string, change: Record<string, string>): Promise<number> => {
      const credentials = s3.config.credentials as Credentials
      const headers = { 'content-length': '3', 'content-type': 'image/fits', 'content-md5': 'kAFQmDzST7DWlj99KOF/cg==' }
      const signed = sign({ method: 'PUT', key: 'a b', query: 'x-id=PutObject', headers, credentials, at: Date.now() })
      const path = signed.path.replace('a%20b', key)
      const sent = { ...signed.headers, ...change }
      return new Promise((resolve, reject) => {
        request({ host: '127.0.0.1', port: s3.port, method: 'PUT', path, headers: sent }, (answer) => {
          answer.resume()
          resolve(answer.statusCode!)
        })
          .on('error', reject)
          .end('abc')
      })
    }
    expect(await put('a%20b', {})).toBe(200)
    expect(await put('a%20c', {})).toBe(403)
    expect(await put('a%20b', { 'content-type': 'text/html' })).toBe(403)
    expect(await put('a%20b', { 'x-amz-date': '20200101T000000Z' })).toBe(403)
  })

  test('that is not of the MD5 that it comes with is refused in the words of any other', async () => {
    const bytes = new TextEncoder().encode('a frame')
    const put = store.put('wrong', bodyOf(bytes), factsOf(bytes, { md5: md5Of(new Uint8Array(1)) }))
    await expect(put).rejects.toMatchObject({ code: 'bad_request' })
  })

  test('is refused with the reason that S3 gives', async () => {
    const logged: string[] = []
    const log = {
      ...silent,
      warn: (message: string, fields?: object) => void logged.push(message + JSON.stringify(fields)),
    }
    const credentials = { ...s3.config.credentials!, secretAccessKey: 'another' }
    const stranger = await s3Store({ ...s3.config, credentials }, log, s3Platform)
    const bytes = new TextEncoder().encode('a frame')
    await expect(stranger.put('a', bodyOf(bytes), factsOf(bytes))).rejects.toThrow(ArchiveError)
    expect(logged.join()).toContain('SignatureDoesNotMatch')
    stranger.close?.()
  })

  test('is stored though the clock is hours behind', async () => {
    const bytes = new TextEncoder().encode('a frame')
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - 3 * 3_600_000 })
    try {
      for (const path of ['late', 'later'])
        expect(await store.put(path, bodyOf(bytes), factsOf(bytes))).toMatchObject({ wasRepeated: false })
    } finally {
      vi.useRealTimers()
    }
    expect(await store.put('in time', bodyOf(bytes), factsOf(bytes))).toMatchObject({ wasRepeated: false })
  })

  test('is sent again when its connection breaks', async () => {
    const way = await startRelay(s3.port)
    const far = await s3Store({ ...s3.config, endpoint: `http://127.0.0.1:${way.port}` }, silent, s3Platform)
    const bytes = new TextEncoder().encode('a frame')
    await far.put('before', bodyOf(bytes), factsOf(bytes))
    way.fail({ after: 0, kind: 'cut' })
    const put = await far.put('again', bodyOf(bytes), factsOf(bytes))
    expect(put).toMatchObject({ md5: md5Of(bytes), wasRepeated: true })
    far.close?.()
    await way.close()
  })
})
