import { ArchiveError } from '../../errors.ts'
import type { FileBody } from './store.ts'

/**
 * The pieces of a file on its way into a store, once they are read.
 * @throws ArchiveError `bad_request` where the file cannot be read to its end, or has another size
 * than it should
 */
export async function* wholeBody(body: FileBody): AsyncGenerator<Uint8Array, void, undefined> {
  const reader = body.stream().getReader()
  let left = body.size
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((cause) => {
        throw Object.assign(new ArchiveError('bad_request', 'The file could not be read to its end.'), { cause })
      })
      left -= value?.length ?? 0
      if (left < 0 || (done && left > 0)) throw wrongSize(body.size)
      if (done) return
      yield value
    }
  } finally {
    // after the end, or a failure, there is nothing to let go of
    void reader.cancel().catch(() => {})
  }
}

/** For a body that is shorter or longer than announced, in bytes. */
export const wrongSize = (announced: number): ArchiveError =>
  new ArchiveError('bad_request', `The file is not of the ${announced} bytes that were announced.`)

/** For bytes that are not those of the MD5 they came with. */
export const wrongDigest = (): ArchiveError =>
  new ArchiveError('bad_request', 'The file does not have the MD5 that was announced.')
