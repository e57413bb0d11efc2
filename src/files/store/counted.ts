import { ArchiveError } from '../../errors.ts'
import type { FileBody } from './store.ts'

/** A file on its way into a store. */
export interface Counted {
  readonly stream: ReadableStream<Uint8Array>
  /** That the file could not be read to its end, or has another size than was said (`bad_request`); undefined: nothing so far. */
  fault(): ArchiveError | undefined
  /** Lets go of the file. */
  release(): void
}

/**
 * Reads a file, and fails where it does not have its size.
 * @param onChunk told of every piece before it is passed on
 * @param onFault told at once, since HTTP clients may wait for more of a body that has failed
 */
export function counted(
  body: FileBody,
  onChunk: (chunk: Uint8Array) => void,
  onFault: (fault: ArchiveError) => void = () => {},
): Counted {
  const reader = body.stream().getReader()
  let left = body.size
  let fault: ArchiveError | undefined
  let wanted = true
  async function next(): Promise<Uint8Array | null> {
    const { done, value } = await reader.read().catch((error) => {
      throw unreadable(error)
    })
    left -= value?.length ?? 0
    if (left < 0 || (done && left > 0)) throw wrongSize(body.size)
    return done ? null : value
  }

  const stream = new ReadableStream<Uint8Array>({
    async pull(controller) {
      let chunk: Uint8Array | null
      try {
        chunk = await next()
      } catch (error) {
        fault = error as ArchiveError
        controller.error(fault)
        return onFault(fault)
      }
      // whoever reads it may have lost interest meanwhile
      if (!wanted) return
      if (chunk === null) return controller.close()
      onChunk(chunk)
      controller.enqueue(chunk)
    },
    cancel(reason) {
      wanted = false
      return reader.cancel(reason)
    },
  })
  return {
    stream,
    fault: () => fault,
    // a reader that is done, or has failed, has nothing to let go of
    release() {
      wanted = false
      reader.cancel().catch(() => {})
    },
  }
}

function unreadable(cause: unknown): ArchiveError {
  const error = new ArchiveError('bad_request', 'The file could not be read to its end.')
  error.cause = cause
  return error
}

export const wrongSize = (announced: number): ArchiveError =>
  new ArchiveError('bad_request', `The file is not of the ${announced} bytes that were announced.`)

/** Bytes that are not those of the MD5 they came with. */
export const wrongDigest = (): ArchiveError =>
  new ArchiveError('bad_request', 'The file does not have the MD5 that was announced.')
