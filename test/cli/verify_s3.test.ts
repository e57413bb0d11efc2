import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Pool } from '../../src/database/open.ts'
import { poolAt } from '../support/pool.ts'
import { startPostgres, type TestPostgres } from '../support/postgres.ts'
import { launch, platestack, program } from '../support/program.ts'
import { s3Variables, type TestS3, testS3 } from '../support/s3.ts'
import { isReading, makeFiles, readLines, recordFiles, type StoredFile, waitFor } from '../support/stored_files.ts'

let pg: TestPostgres
let s3: TestS3
let sql: Pool
let env: Record<string, string>
let folder: string
beforeAll(async () => {
  ;[pg, s3] = await Promise.all([startPostgres(), testS3()])
  const url = await pg.createDatabase(undefined, 'template')
  sql = poolAt(url, { max: 2 })
  env = { DATABASE_URL: url, SECRET_KEY: 'of tests', ...s3Variables(s3.config, s3.port) }
  folder = await mkdtemp(join(tmpdir(), 'platestack-verify-s3-'))
})
afterAll(async () => {
  await sql?.end({ timeout: 5 })
  await Promise.all([pg?.stop(), s3?.remove(), folder && rm(folder, { recursive: true, force: true })])
})

const run = (...args: string[]) => platestack(args, env)
const Bucket = 'frames'

/** Uploads bytes to the path of a file; the VersionId. */
const put = async ({ path }: StoredFile, bytes: Buffer): Promise<string> =>
  (await s3.client.send(new PutObjectCommand({ Bucket, Key: path, Body: bytes }))).VersionId!

async function storeFiles(files: readonly StoredFile[]): Promise<string[]> {
  const keys: string[] = []
  for (const file of files) keys.push(await put(file, file.bytes))
  await recordFiles(sql, files, keys)
  return keys
}

test('damage in a bucket is found, and repaired from another bucket under a new VersionId', async () => {
  const files = makeFiles('bucket', 5, 20_000)
  const keys = await storeFiles(files)
  expect((await run('verify')).stdout).toBe('5 files verified (100.0 kB read): nothing is wrong.\n')

  await s3.client.send(new CreateBucketCommand({ Bucket: 'backup' }))
  for (const { path } of files.slice(0, 3))
    await s3.client.send(
      new CopyObjectCommand({ Bucket: 'backup', Key: `archive/${path}`, CopySource: `${Bucket}/${path}` }),
    )
  // an object cannot be damaged where it lies: records name one with other bytes
  const flipped = Buffer.from(files[0]!.bytes)
  flipped[7]! ^= 1
  const damaged = await put(files[0]!, flipped)
  await sql`update versions set key = ${damaged} where key = ${keys[0]!}`
  await s3.client.send(new DeleteObjectCommand({ Bucket, Key: files[1]!.path, VersionId: keys[1]! }))
  // a mark of deletion on top leaves the version what it is
  await s3.client.send(new DeleteObjectCommand({ Bucket, Key: files[2]!.path }))
  await s3.client.send(new DeleteObjectCommand({ Bucket, Key: files[3]!.path, VersionId: keys[3]! }))

  for (const how of [['--quick'], []]) {
    const { code, stdout } = await run('verify', '--json', ...how)
    const { findings, summary } = readLines(stdout)
    expect([code, summary.files, summary.findings]).toEqual([1, 5, { missing: 2, md5: 1 }])
    expect(findings.find(({ kind }) => kind === 'md5')).toMatchObject({ basename: files[0]!.basename, key: damaged })
  }
  const listed = await run('repair')
  expect(listed.stdout).toContain(
    `aws s3api list-object-versions --endpoint-url http://127.0.0.1:${s3.port} --bucket frames`,
  )

  const { code, stdout } = await run('repair', '--from', 's3://backup/archive', '--json')
  expect([code, readLines(stdout).summary]).toEqual([1, { type: 'summary', repaired: 2, well: 0, left: 1, open: 1 }])
  for (const i of [0, 1]) {
    const [now] = await sql`select key from versions where md5 = ${files[i]!.md5}`
    expect([keys[i], damaged]).not.toContain(now!.key)
    const got = await s3.client.send(new GetObjectCommand({ Bucket, Key: files[i]!.path, VersionId: now!.key }))
    expect(Buffer.from(await got.Body!.transformToByteArray()).equals(files[i]!.bytes)).toBe(true)
    expect(got.ContentType).toBe('image/fits')
  }
  // what is damaged goes with the key that named it
  const head = new HeadObjectCommand({ Bucket, Key: files[0]!.path, VersionId: damaged })
  await expect(s3.client.send(head)).rejects.toThrow()
  expect(await sql`select from removals`).toHaveLength(0)
  const again = await run('verify', '--json')
  expect(readLines(again.stdout).summary).toMatchObject({ files: 5, findings: { missing: 1 } })

  // the upload of the first, whose record has gone on
  expect((await run('verify', '--orphans')).stdout).toMatch(
    /stored files checked: none .* 1 without a record is less than a day old/,
  )
  await sql`delete from versions where md5 = ${files[3]!.md5}`
  expect((await run('repair')).stdout).toBe('No findings are open.\n')
})

test('an archive in a bucket is imported by its database and bucket; keys or a bucket that are refused are named', async () => {
  const files = makeFiles('imported', 3, 1000)
  const source = await pg.createDatabase(undefined, 'template')
  const keys = await Promise.all(files.map((file) => put(file, file.bytes)))
  const recording = poolAt(source, { max: 1 })
  await recordFiles(recording, files, keys)
  await recording.end()
  const { S3_ENDPOINT_URL, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_DEFAULT_REGION } = env
  const target = {
    DATABASE_URL: await pg.createDatabase(undefined, 'template'),
    SECRET_KEY: 'of tests',
    FILESTORE_TYPE: 'local',
    FILESYSTEM_STORAGE_ROOT_DIR: join(folder, 'elsewhere'),
    PLATESTACK_DATA_DIR: join(folder, 'elsewhere-data'),
    IMPORT_S3_ENDPOINT_URL: S3_ENDPOINT_URL!,
    IMPORT_AWS_ACCESS_KEY_ID: AWS_ACCESS_KEY_ID!,
    IMPORT_AWS_SECRET_ACCESS_KEY: AWS_SECRET_ACCESS_KEY!,
    IMPORT_AWS_DEFAULT_REGION: AWS_DEFAULT_REGION!,
  }
  const taking = (bucket: string, over = {}) =>
    platestack(['import', '--database', source, '--bucket', bucket], { ...target, ...over })
  const refused = await taking(Bucket, { IMPORT_AWS_SECRET_ACCESS_KEY: 'another' })
  expect([refused.code, refused.stderr]).toEqual([
    1,
    expect.stringContaining(
      "platestack: the source's store: S3 does not take the signature: see AWS_SECRET_ACCESS_KEY",
    ),
  ])
  const nowhere = await taking('no-such-bucket')
  expect([nowhere.code, nowhere.stderr]).toEqual([
    1,
    expect.stringContaining("platestack: the source's store: S3 has no bucket of that name"),
  ])
  const went = await taking(Bucket)
  expect([went.code, went.stdout + went.stderr]).toEqual([0, expect.stringContaining('3 imported')])
  expect((await platestack(['verify'], target)).stdout).toBe('3 files verified (3.0 kB read): nothing is wrong.\n')
})

// the last one: the server stays away
test('S3 that stops in the middle is no damage of any file', async () => {
  await storeFiles(makeFiles('middle', 4, 2_000_000))
  const running = launch(process.execPath, [program, 'verify', '--rate', '500k'], { env })
  await waitFor(() => isReading(sql))
  await s3.stop()
  expect(await running.ended).toBe(1)
  expect(running.stderr).toContain('nothing is said of those that could not be')
  expect(await sql`select from verification_findings`).toHaveLength(0)
  const away = await run('verify', '--found')
  expect([away.code, away.stdout]).toEqual([0, '0 files verified (0 bytes read).\n'])
})
