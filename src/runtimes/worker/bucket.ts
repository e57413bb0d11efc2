import type { Directory } from '../../files/store/local.ts'
import { type Bucket, bytePipe } from './platform.ts'

/**
 * A bucket of R2 that holds what a local store's directory holds: R2 keeps no versions, so that it
 * cannot be the S3 store. It is read and tidied up; files come from ingesters, by other ways.
 */
export function openBucket(bucket: Bucket): Directory {
  return {
    async stat(path) {
      const found = await bucket.head(path)
      return found && { size: found.size, modified: found.uploaded }
    },
    read(path, range) {
      const length = range && range.end - range.start + 1
      if (length !== undefined && length <= 0) return new Blob().stream()
      const { readable, writable } = bytePipe(null)
      const send = async () => {
        const found = await bucket.get(path, range && { range: { offset: range.start, length: length! } })
        if (!found) throw new Error(`${path} is not in the bucket any more`)
        await found.body.pipeTo(writable)
      }
      send().catch((error) => writable.abort(error).catch(() => {}))
      return readable
    },
    remove: (path) => bucket.delete(path),
    async probe() {
      await bucket.head('probe')
    },
    write: readOnly,
    move: readOnly,
    list: () => ({ [Symbol.asyncIterator]: () => ({ next: readOnly }) }),
  }
}

async function readOnly(): Promise<never> {
  throw new Error('a Worker stores and lists no files')
}
