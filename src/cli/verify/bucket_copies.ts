import { UsageError } from '../command.ts'

/** A bucket with a prefix, which ends with a slash or is empty. */
export interface BucketCopies {
  bucket: string
  prefix: string
}

/** @throws UsageError for what is no bucket */
export function parseBucket(text: string): BucketCopies {
  const [, bucket, prefix = ''] = /^s3:\/\/([a-z0-9][a-z0-9._-]*)(?:\/(.*))?$/i.exec(text) ?? []
  if (bucket === undefined) throw new UsageError('--from is a directory, s3://BUCKET or s3://BUCKET/PREFIX')
  return { bucket, prefix: prefix === '' ? '' : prefix.replace(/\/*$/, '/') }
}
