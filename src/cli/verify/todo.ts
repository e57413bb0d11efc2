import type { S3Config } from '../../config/types.ts'
import type { FileStore } from '../../files/store/store.ts'
import { isContentRight } from '../../files/verification/judge.ts'
import type { KeptFinding } from '../../queries/verifications/findings.ts'

const quote = (text: string): string => (/^[\w./:@%+=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`)

/** What an operator does about a finding, by commands where there are any. */
export function todoOf(finding: KeptFinding, store: FileStore['kind'], { bucket, endpoint }: S3Config): string[] {
  const { files, kind, basename, path, key, expected, found } = finding
  const frame = `--basename ${quote(basename)}`
  if (kind === 'unreadable') return ["The store's fault: put that right, then", `platestack verify --found`]
  if (isContentRight(expected, found))
    return ['The file is right and its record is not:', `platestack repair --records ${frame}`]
  if (files === 'thumbnails' && (store === 's3' || expected.md5 === null))
    return ['Nothing is recorded that a copy could be compared with: delete the thumbnail, and ingest it anew.']
  const lines = [
    'With a copy of it, in a directory (a site, a backup) or another bucket:',
    `platestack repair --from DIRECTORY ${frame}`,
    `platestack repair --from s3://BUCKET ${frame}`,
  ]
  if (store !== 's3') return lines
  const server = endpoint === null ? '' : ` --endpoint-url ${quote(endpoint)}`
  return [
    ...lines,
    'What else the bucket has at that path, and a version of it as a copy:',
    `aws s3api list-object-versions${server} --bucket ${quote(bucket)} --prefix ${quote(path)}`,
    `aws s3api get-object${server} --bucket ${quote(bucket)} --key ${quote(path)} --version-id VERSION DIRECTORY/${quote(path.slice(path.lastIndexOf('/') + 1))}`,
    ...(kind === 'missing' ? [] : [`(not ${key}, which is damaged)`]),
  ]
}
