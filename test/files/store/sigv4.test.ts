import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { S3Config } from '../../../src/config/types.ts'
import { locate, openClient } from '../../../src/files/store/s3_client.ts'
import { isPathStyle, locationOf } from '../../../src/files/store/s3_endpoint.ts'
import { type Credentials, portableDigests, presigner } from '../../../src/files/store/sigv4.ts'
import { s3Platform } from '../../../src/runtimes/node/s3.ts'

const sdk = await import('@aws-sdk/client-s3')
const credentials = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
  sessionToken: null,
}
const base: S3Config = {
  bucket: 'frames',
  endpoint: null,
  region: 'us-west-2',
  credentials,
  signatureVersion: 's3v4',
  addressingStyle: 'virtual',
  daysToIaStorage: 60,
}

/** The URL as the SDK's presigner makes it, of a client that knows nothing of ours. */
async function theirs(
  config: S3Config,
  want: { path: string; versionId: string; at: number; validS: number },
): Promise<string> {
  const { credentials: own, endpoint, region, bucket: Bucket } = config
  const client = new S3Client({
    region,
    ...(endpoint && { endpoint }),
    credentials: { ...own!, sessionToken: own!.sessionToken ?? undefined },
    forcePathStyle: isPathStyle(config),
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  })
  const command = new GetObjectCommand({ Bucket, Key: want.path, VersionId: want.versionId })
  return getSignedUrl(client, command, { expiresIn: want.validS, signingDate: new Date(want.at) })
}

async function signer(config: S3Config, digests = s3Platform.digests!) {
  const sign = presigner(await locate(openClient(sdk, config), config.bucket), digests)
  return (
    want: { path: string; versionId: string; at: number; validS: number },
    by: Credentials = config.credentials!,
  ) => sign({ ...want, credentials: by })
}

const AT = Date.UTC(2026, 1, 28, 23)
const key = fc.oneof(
  { weight: 3, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 80 }) },
  fc
    .array(
      fc.constantFrom(
        ...' +%/.~\'()*!&=?#;:@,$[]\\"<>^`{|}-_aZ0',
        '//',
        '%2F',
        '..',
        'ü',
        '✨',
        '\u0000',
        '\n',
        'e\u0301',
      ),
      { minLength: 1, maxLength: 40 },
    )
    .map((parts) => parts.join('')),
  fc.tuple(fc.string(), fc.string()).map(([a, b]) => `cpt/kb70/20160102/raw/${a}/${b}.fits.fz`),
)
const wanted = fc.record({
  path: key,
  versionId: fc.oneof(
    fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }),
    fc.constantFrom('null', 'x02Wmw2m-HtKAz0cWFfkMiYmaHKNG3A', 'A.b_c~d+e/f='),
  ),
  // the four-digit years
  at: fc.integer({ min: 0, max: Math.floor(Date.UTC(9999, 11, 31) / 1000) }).map((seconds) => seconds * 1000),
  validS: fc.integer({ min: 1, max: 604_800 }),
})
const config = fc.record({
  bucket: fc.constantFrom('frames', 'a-b-3', 'with.dots.in', 'Upper_case', 'xn-frames'),
  endpoint: fc.constantFrom(
    null,
    'https://s3.example.org',
    'https://s3.example.org:443',
    'http://s3.example.org:80/in/a path',
    'http://S3.Example.org:7480/deep/er',
    'http://localhost:9000',
    'http://127.0.0.1:7480',
    'http://127.0.0.1:7480/under',
    'http://[::1]:7480',
  ),
  region: fc.constantFrom(
    'us-west-2',
    'us-east-1',
    'eu-central-1',
    'cn-north-1',
    'us-gov-west-1',
    'aws-global',
    'default',
  ),
  addressingStyle: fc.constantFrom('virtual' as const, 'path' as const, 'auto' as const),
  credentials: fc.record({
    accessKeyId: fc.constantFrom('AKIDEXAMPLE', 'with/odd+signs=', 'ünï'),
    secretAccessKey: fc.string({ unit: 'binary', minLength: 1, maxLength: 100 }),
    sessionToken: fc.oneof(
      fc.constant(null),
      fc.base64String({ minLength: 4, maxLength: 600 }),
      fc.string({ minLength: 1 }),
    ),
  }),
})

describe('a signed URL', () => {
  test('is that of the SDK, byte for byte, for odd keys, versions, times and lifetimes', async () => {
    const sign = await signer(base)
    const portable = await signer(base, portableDigests)
    await fc.assert(
      fc.asyncProperty(wanted, async (want) => {
        const expected = await theirs(base, want)
        expect(sign(want)).toBe(expected)
        expect(portable(want)).toBe(expected)
      }),
      {
        numRuns: 500,
        examples: [
          [{ path: "a b/+%//ü/.x/~'()*!/", versionId: 'v~1', at: AT, validS: 172_800 }],
          [{ path: '/leading', versionId: 'v', at: AT, validS: 1 }],
          [{ path: '../up', versionId: 'v', at: AT, validS: 1 }],
        ],
      },
    )
  })

  test('is that of the SDK for every kind of endpoint, style, region and credentials', async () => {
    await fc.assert(
      fc.asyncProperty(config, wanted, async (some, want) => {
        const whole = { ...base, ...some }
        const [sign, portable] = [await signer(whole), await signer(whole, portableDigests)]
        const expected = await theirs(whole, want)
        expect(sign(want)).toBe(expected)
        expect(portable(want)).toBe(expected)
      }),
      { numRuns: 400 },
    )
  })

  test('keeps nothing of other credentials, hours or lifetimes', async () => {
    const sign = await signer(base)
    const others = { accessKeyId: 'AKIDOTHER', secretAccessKey: 'another', sessionToken: 'token' }
    for (const at of [AT, AT + 3_600_000, AT])
      for (const validS of [86_400, 172_800])
        for (const by of [credentials, others, credentials]) {
          const want = { path: 'a/b', versionId: 'v', at, validS }
          expect(sign(want, by)).toBe(await theirs({ ...base, credentials: by }, want))
        }
  })
})

describe('the bucket', () => {
  test('is where the SDK has it, for every kind of endpoint, style and region', async () => {
    await fc.assert(
      fc.asyncProperty(config, async (some) => {
        // a name that the SDK has for another region
        fc.pre(some.region !== 'aws-global')
        const whole = { ...base, ...some }
        expect(locationOf(whole)).toEqual(await locate(openClient(sdk, whole), whole.bucket))
      }),
      { numRuns: 300 },
    )
  })

  const style = (endpoint: string | null, bucket: string, addressingStyle: S3Config['addressingStyle']) =>
    isPathStyle({ endpoint, bucket, addressingStyle })

  test('is part of the host by default, and where that is asked for', async () => {
    expect(style(null, 'frames', 'virtual')).toBe(false)
    expect(style('https://s3.example.org', 'frames', 'virtual')).toBe(false)
    expect(style('http://localhost:9000', 'frames', 'virtual')).toBe(false)
    expect(await locate(openClient(sdk, base), 'frames')).toEqual({
      origin: 'https://frames.s3.us-west-2.amazonaws.com',
      prefix: '/',
      region: 'us-west-2',
    })
  })

  // host or path by boto3 1.43, with Config(s3={'addressing_style': 'auto'}), of presigned URLs; of
  // AWS the host of the region
  test.each([
    [null, 'frames', 'https://frames.s3.us-west-2.amazonaws.com/'],
    [null, 'with.dots', 'https://s3.us-west-2.amazonaws.com/with.dots/'],
    [null, 'Upper_Case', 'https://s3.us-west-2.amazonaws.com/Upper_Case/'],
    [null, 'ab', 'https://s3.us-west-2.amazonaws.com/ab/'],
    ['https://s3.example.org', 'frames', 'https://s3.example.org/frames/'],
    ['https://s3.us-west-2.amazonaws.com', 'frames', 'https://s3.us-west-2.amazonaws.com/frames/'],
    ['http://s3.example.org', 'with.dots', 'http://s3.example.org/with.dots/'],
    ['http://localhost:9000', 'frames', 'http://localhost:9000/frames/'],
    ['http://127.0.0.1:9000', 'frames', 'http://127.0.0.1:9000/frames/'],
  ])('is with `auto` where boto3 has it: of %s, %s', async (endpoint, bucket, url) => {
    const { origin, prefix } = await locate(
      openClient(sdk, { ...base, endpoint, bucket, addressingStyle: 'auto' }),
      bucket,
    )
    expect(origin + prefix).toBe(url)
  })

  test('is part of the path where that is asked for, and of an address', async () => {
    expect(style(null, 'frames', 'path')).toBe(true)
    for (const address of ['http://127.0.0.1:7480', 'http://[::1]'])
      expect(style(address, 'frames', 'virtual')).toBe(true)
    const path = { ...base, endpoint: 'http://s3.example.org:81/in', addressingStyle: 'path' as const }
    expect(await locate(openClient(sdk, path), 'frames')).toEqual({
      origin: 'http://s3.example.org:81',
      prefix: '/in/frames/',
      region: 'us-west-2',
    })
  })
})
