import { streamFrom } from '../../bytes.ts'
import { type Directory, olderPath } from '../store/local.ts'
import type { FileBody, FileStore, Ref } from '../store/store.ts'

/** A file that may be the copy of a version. */
export interface Copy extends FileBody {
  /** Where it is, for people. */
  where: string
}

/** Where copies of stored files are looked for. */
export interface Copies {
  /** What may be a copy of a file, the likeliest first. */
  find(file: Ref): AsyncGenerator<Copy, void, undefined>
}

/** The stream of something that is opened when it is read. */
const opening = (open: () => Promise<ReadableStream<Uint8Array>>): ReadableStream<Uint8Array> =>
  streamFrom(
    (async function* () {
      yield* (await open()) as unknown as AsyncIterable<Uint8Array>
    })(),
  )

/**
 * Copies in a directory: at the paths of a local store, or anywhere below it by the name of the
 * file, as a site keeps what it has sent.
 */
export function copiesInDirectory(directory: Directory, root: string): Copies {
  let byName: Promise<Map<string, string[]>> | undefined
  const copyAt = async (path: string): Promise<Copy[]> => {
    const stat = await directory.stat(path)
    return stat ? [{ where: `${root}/${path}`, size: stat.size, stream: () => directory.read(path) }] : []
  }
  async function listNames(): Promise<Map<string, string[]>> {
    const names = new Map<string, string[]>()
    for await (const paths of directory.list())
      for (const path of paths) {
        const name = nameOf(path)
        names.set(name, [...(names.get(name) ?? []), path])
      }
    return names
  }
  return {
    async *find({ path, key }) {
      const usual = [path, ...(key ? [olderPath(path, key)] : [])]
      for (const one of usual) yield* await copyAt(one)
      byName ??= listNames()
      for (const one of (await byName).get(nameOf(path)) ?? []) if (!usual.includes(one)) yield* await copyAt(one)
    },
  }
}

const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

/** Copies in another bucket, under the same paths below a prefix: of the same key, or the newest. */
export function copiesInBucket(store: FileStore, bucket: string, prefix: string): Copies {
  return {
    async *find(file) {
      const path = prefix + file.path
      const newest = await store.newestAt(path)
      // in a bucket without versions the only one is called null
      for (const key of new Set([file.key, ...(newest ? [newest.key || 'null'] : [])])) {
        const ref = { path, key, newest: true }
        const stat = await store.stat(ref)
        if (!stat) continue
        const open = async () => {
          const opened = await store.stream(ref)
          if (!opened) throw new Error(`${path} is not in the bucket ${bucket} any more`)
          return opened.body
        }
        yield { where: `s3://${bucket}/${path}, version ${key}`, size: stat.size, stream: () => opening(open) }
      }
    },
  }
}
