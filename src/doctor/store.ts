import type { S3Config } from '../config/config.ts'
import { ArchiveError } from '../errors.ts'
import type { S3Api } from '../files/store/s3_api.ts'
import { codeOf, explainMisconfigured, statusOf } from '../files/store/s3_errors.ts'
import type { FileStore } from '../files/store/store.ts'
import { type Finding, ok, problem, warning } from './finding.ts'

/** Looks whether the bucket is there, takes our credentials, and keeps versions. */
export async function checkBucket(api: S3Api, { bucket, credentials }: S3Config): Promise<Finding[]> {
  const name = `the bucket ${bucket} at ${api.location.origin}`
  const enable = `aws s3api put-bucket-versioning --bucket ${bucket} --versioning-configuration Status=Enabled (with --endpoint-url where it is not AWS)`
  try {
    const { Status } = await api.send(
      'GetBucketVersioning',
      { Bucket: bucket },
      { abortSignal: new AbortController().signal },
    )
    const keys = credentials === null ? ", by this machine's own role" : ''
    if (Status === 'Enabled') return [ok('files', `${name} is there and keeps versions${keys}`)]
    return [
      problem(
        'files',
        `${name} keeps no versions: a file that is ingested again would replace the one before, and uploads are refused`,
        enable,
      ),
    ]
  } catch (error) {
    const mistake = explainMisconfigured(error)
    if (mistake !== null)
      return [
        problem(
          'files',
          `${name}: ${mistake}`,
          'Set that variable right; platestack doctor --write then tries a file.',
        ),
      ]
    if (codeOf(error) === 'AccessDenied' || statusOf(error) === 403)
      return [
        warning(
          'files',
          `${name} answers, but does not let us ask whether it keeps versions`,
          `Allow s3:GetBucketVersioning, or see for yourself: ${enable}. platestack doctor --write tries a file.`,
        ),
      ]
    const { message } = error as Error
    return [
      problem(
        'files',
        `${name} does not answer: ${statusOf(error) ?? (message || codeOf(error))}`,
        'See S3_ENDPOINT_URL and BUCKET (S3_ADDRESSING_STYLE=path where buckets are no host names), and that the server runs.',
      ),
    ]
  }
}

/** Stores a file, reads it, and takes it out again: where `--write` says so. */
export async function checkWriting(store: FileStore, random: string): Promise<Finding[]> {
  const path = `platestack-doctor/${random}.txt`
  const bytes = new TextEncoder().encode(`platestack doctor ${random}\n`)
  const facts = {
    contentType: 'text/plain',
    filename: `${random}.txt`,
    observationDate: null,
    md5: await md5Of(bytes),
    replaces: null,
  }
  try {
    const put = await store.put(
      path,
      { size: bytes.length, inMemory: bytes, stream: () => new Blob([bytes]).stream() },
      facts,
    )
    const read = await store.stream({ path, key: put.key, newest: true })
    const text = read && (await new Response(read.body).text())
    await put.withdraw()
    if (text !== new TextDecoder().decode(bytes))
      return [
        problem(
          'files',
          `a file was stored at ${path}, and what is read there is another`,
          'See what stands between the archive and its store.',
        ),
      ]
    if (await store.stat({ path, key: put.key, newest: true }))
      return [problem('files', `a file was stored at ${path} and cannot be deleted`, 'Allow s3:DeleteObjectVersion.')]
    return [ok('files', 'a file can be stored, read and deleted')]
  } catch (error) {
    const reason = error instanceof ArchiveError ? error.cause : error
    return [
      problem(
        'files',
        `no file can be stored, read and deleted: ${(reason as Error)?.message ?? String(reason)}`,
        'Allow s3:PutObject, s3:GetObject, s3:GetObjectVersion and s3:DeleteObjectVersion, or writing in the directory.',
      ),
    ]
  }
}

async function md5Of(bytes: Uint8Array): Promise<string> {
  const { portableMd5 } = await import('../files/store/local.ts')
  const md5 = portableMd5()
  md5.update(bytes)
  return md5.hex()
}
