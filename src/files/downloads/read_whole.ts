import { pause } from '../../concurrency.ts'
import type { Crc32 } from '../../crc32.ts'
import type { Md5 } from '../store/local.ts'
import type { FileStore, Ref } from '../store/store.ts'

/** A stored file that was read to its end. */
export interface WholeFile {
  size: number
  crc32: number
  /** Undefined where it was not asked for. */
  md5: string | undefined
  /** By which the store knows the file (`Stat`). */
  storeMd5: string | null | undefined
}

export interface ReadOptions {
  signal: AbortSignal
  /** Called after each piece, and waited for. */
  passed(chunk: Uint8Array): Promise<void>
}

/**
 * Reads a stored file once, for all that is to be known of its bytes.
 * @returns null: it is not there; `stopped`: by the signal, before its end
 * @throws what the store throws, and Error for a file that changes while it is read
 */
export async function readWhole(
  { store, crc32, newMd5 }: { store: FileStore; crc32: Crc32; newMd5?: () => Md5 },
  file: Ref,
  { signal, passed }: ReadOptions,
): Promise<WholeFile | null | 'stopped'> {
  let [sum, size] = [0, 0]
  try {
    const opened = await store.stream(file, undefined, signal)
    if (!opened) return null
    const hash = newMd5?.()
    for await (const chunk of opened.body as unknown as AsyncIterable<Uint8Array>) {
      if (signal.aborted) return 'stopped'
      sum = crc32(chunk, sum)
      hash?.update(chunk)
      size += chunk.length
      await passed(chunk)
    }
    if (size !== opened.size) throw new Error(`${size} bytes were read where it has ${opened.size}`)
    return { size, crc32: sum, md5: hash?.hex(), storeMd5: opened.md5 }
  } catch (error) {
    // the store gives up what nobody waits for: that is no fault of its
    if (signal.aborted) return 'stopped'
    throw error
  }
}

/** Waits so long after each piece that no more than `rate` bytes a second go by; null: any number. */
export function pacer(rate: number | null): (bytes: number) => Promise<void> {
  if (rate === null) return async () => {}
  let due = Date.now()
  return async (bytes) => {
    due = Math.max(due, Date.now() - 1000) + (bytes / rate) * 1000
    const wait = due - Date.now()
    if (wait > 0) await pause(wait)
  }
}
