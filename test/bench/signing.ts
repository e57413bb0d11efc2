import { GetObjectCommand } from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import type { S3Config } from '../../src/config/types.ts'
import { locate, openClient } from '../../src/files/store/s3_client.ts'
import { portableDigests, presigner } from '../../src/files/store/sigv4.ts'
import { signingTime, URL_VALID_S } from '../../src/files/store/store.ts'
import { s3Platform } from '../../src/runtimes/node/s3.ts'

const help = `npm run bench:signing: what a signed URL costs, beside @aws-sdk/s3-request-presigner

Checks first that the URLs are the same, then signs in turns. Costs are processor time, which other programs of the machine disturb least;
the best of 5 rounds counts.
`

const ROUNDS = 5
const FILES = 200
/** The least that is expected of Node's digests. */
const WANTED_RATIO = 50

const config: S3Config = {
  bucket: 'archive-frames',
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
const at = signingTime()
const credentials = config.credentials!

const files = Array.from({ length: FILES }, (_, n) => ({
  path: `cpt/kb70/20160102/raw/cpt1m010-kb70-20160102-${String(n).padStart(4, '0')}-e00.fits.fz`,
  versionId: `x02Wmw2mHtKAz0cWFfkMiYmaHKNG${String(n).padStart(4, '0')}`,
}))

/** Microseconds of processor time that one URL costs, for `count` of them. */
async function cost(count: number, sign: (n: number) => unknown): Promise<number> {
  const before = process.cpuUsage()
  for (let n = 0; n < count; n++) await sign(n)
  const { user, system } = process.cpuUsage(before)
  return (user + system) / count
}

/** The same, without a wait between the URLs: nothing has to be waited for. */
function costAtOnce(count: number, sign: (n: number) => unknown): number {
  const before = process.cpuUsage()
  for (let n = 0; n < count; n++) sign(n)
  const { user, system } = process.cpuUsage(before)
  return (user + system) / count
}

async function main(): Promise<void> {
  if (process.argv.includes('--help')) return void process.stdout.write(help)
  const sdk = await import('@aws-sdk/client-s3')
  const client = openClient(sdk, config)
  const location = await locate(client, config.bucket)
  const theirs = (n: number) => {
    const { path: Key, versionId: VersionId } = files[n % FILES]!
    const command = new GetObjectCommand({ Bucket: config.bucket, Key, VersionId })
    return getSignedUrl(client, command, { expiresIn: URL_VALID_S, signingDate: new Date(at) })
  }
  const own = (digests = portableDigests) => {
    const sign = presigner(location, digests)
    return (n: number) => sign({ ...files[n % FILES]!, credentials, at, validS: URL_VALID_S })
  }
  const signers = { 'kept key, Node': own(s3Platform.digests), 'kept key, any runtime': own() }

  for (let n = 0; n < FILES; n++) {
    const expected = await theirs(n)
    for (const [name, sign] of Object.entries(signers))
      if (sign(n) !== expected)
        throw new Error(`${name} signs otherwise than the presigner: ${sign(n)} is not ${expected}`)
  }
  console.log(`${FILES} URLs are the same, byte for byte`)

  const best = new Map<string, number>()
  const keep = (name: string, microseconds: number) =>
    best.set(name, Math.min(microseconds, best.get(name) ?? Number.POSITIVE_INFINITY))
  for (let round = 0; round < ROUNDS; round++) {
    keep('presigner', await cost(1_000, theirs))
    for (const [name, sign] of Object.entries(signers)) keep(name, costAtOnce(20_000, sign))
  }
  const base = best.get('presigner')!
  console.table(
    Object.fromEntries(
      [...best].map(([name, microseconds]) => [
        name,
        {
          'µs a URL': Number(microseconds.toFixed(2)),
          'URLs a second': Math.round(1e6 / microseconds),
          times: Number((base / microseconds).toFixed(1)),
        },
      ]),
    ),
  )
  const ratio = base / best.get('kept key, Node')!
  if (ratio < WANTED_RATIO) {
    console.error(`${ratio.toFixed(1)} times the presigner's URLs a second, ${WANTED_RATIO} are wanted`)
    process.exitCode = 1
  }
}

await main()
