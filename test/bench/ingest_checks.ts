import assert from 'node:assert/strict'
import { ListObjectVersionsCommand, type ListObjectVersionsCommandOutput } from '@aws-sdk/client-s3'
import type { Pool } from '../../src/database/open.ts'
import type { TestS3 } from '../support/s3.ts'
import type { BenchFile } from './ingest_files.ts'

/** Each of these files is a frame of its own with one version, and S3 has an object of its MD5 under the version's key; nothing else is there. */
export async function checkArchive(sql: Pool, s3: TestS3, files: readonly BenchFile[]): Promise<void> {
  const objects = new Map<string, string>()
  let page: { KeyMarker?: string; VersionIdMarker?: string } | undefined = {}
  while (page) {
    const answer: ListObjectVersionsCommandOutput = await s3.client.send(
      new ListObjectVersionsCommand({ Bucket: s3.config.bucket, ...page }),
    )
    for (const { VersionId, ETag } of answer.Versions ?? []) objects.set(VersionId!, ETag!.replaceAll('"', ''))
    page = answer.IsTruncated
      ? { KeyMarker: answer.NextKeyMarker!, VersionIdMarker: answer.NextVersionIdMarker! }
      : undefined
  }
  const rows = await sql<{ basename: string; key: string; md5: string }[]>`
    select basename, key, md5 from frames join versions on versions.frame_id = frames.id`
  const versions = new Map(rows.map((row) => [row.basename, row]))
  assert.equal(rows.length, files.length, 'versions in the archive')
  assert.equal(objects.size, files.length, 'objects in S3')
  for (const { basename, md5 } of files) {
    const version = versions.get(basename)
    assert.ok(version, `${basename} is not in the archive`)
    assert.equal(version.md5.trim(), md5, basename)
    assert.equal(objects.get(version.key), md5, `${basename} in S3`)
  }
}
