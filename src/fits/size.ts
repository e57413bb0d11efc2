import { FitsError } from './error.ts'
import { unpackedOf } from './hdus.ts'
import { BLOCK, padded } from './header/header.ts'
import type { Source } from './source.ts'

/**
 * Bytes that `funpack` writes, from the headers alone (one small read for each block of a header). Null when the file
 * cannot be unpacked: it is no FITS file, is cut off, or uses something unknown.
 */
export async function unpackedSize(source: Source): Promise<number | null> {
  let size = 0
  try {
    for await (const { written, length } of unpackedOf(source)) size += written.blocks * BLOCK + padded(length)
  } catch (error) {
    if (error instanceof FitsError) return null
    throw error
  }
  return size
}
