import { FitsError } from './error.ts'
import { FITS_BLOCK, paddedLength } from './header/header.ts'
import { planUnpacking } from './plan.ts'
import type { Source } from './source.ts'

/**
 * The length in bytes of what `funpack` writes, from the headers alone: one small read per header
 * block. Null if the file is not FITS, is truncated, or uses something unknown.
 */
export async function unpackedSize(source: Source): Promise<number | null> {
  let size = 0
  try {
    for await (const { header: written, length } of planUnpacking(source))
      size += written.blocks * FITS_BLOCK + paddedLength(length)
  } catch (error) {
    if (error instanceof FitsError) return null
    throw error
  }
  return size
}
