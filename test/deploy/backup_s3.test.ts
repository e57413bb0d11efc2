import {
  CopyObjectCommand,
  CreateBucketCommand,
  HeadObjectCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { poolAt } from '../support/pool.ts'
import { startPostgres, type TestPostgres } from '../support/postgres.ts'
import { platestack } from '../support/program.ts'
import { s3Variables, type TestS3, testS3 } from '../support/s3.ts'
import { makeFiles, recordFiles } from '../support/stored_files.ts'

let pg: TestPostgres
let s3: TestS3
beforeAll(async () => {
  ;[pg, s3] = await Promise.all([startPostgres(), testS3()])
})
afterAll(() => Promise.all([pg?.stop(), s3?.remove()]))

async function makeBucket(Bucket: string): Promise<void> {
  await s3.client.send(new CreateBucketCommand({ Bucket }))
  await s3.client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }))
}

// docs/operating.md, "Backup and restore": no VersionId of a copy is that of a record
test('an archive comes back into an empty bucket from a copy of its objects', async () => {
  const url = await pg.createDatabase(undefined, 'template')
  const sql = poolAt(url, { max: 1 })
  const files = makeFiles('moved', 25, 2000)
  await recordFiles(
    sql,
    files,
    files.map(({ md5 }) => `of the old bucket ${md5}`.slice(0, 32)),
  )
  await Promise.all([makeBucket('copy'), makeBucket('restored')])
  for (const { path, bytes } of files)
    await s3.client.send(new PutObjectCommand({ Bucket: 'copy', Key: path, Body: bytes }))
  const env = {
    DATABASE_URL: url,
    SECRET_KEY: 'of tests',
    ...s3Variables({ ...s3.config, bucket: 'restored' }, s3.port),
  }

  const refused = await platestack(['verify', '--quick'], env)
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('none of the 20 newest files')])
  const { path, md5 } = files.at(-1)!
  const first = new CopyObjectCommand({ Bucket: 'restored', Key: path, CopySource: `copy/${path}` })
  await s3.client.send(first)
  const { VersionId } = await s3.client.send(new HeadObjectCommand({ Bucket: 'restored', Key: path }))
  await sql`update versions set key = ${VersionId!} where md5 = ${md5}`
  await platestack(['verify', '--quick'], env)
  expect(await platestack(['repair', '--from', 's3://copy'], env)).toMatchObject({ code: 0 })
  expect(await platestack(['verify'], env)).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('25 files verified'),
  })
  await sql.end()
})
