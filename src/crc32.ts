/**
 * The CRC-32 of ZIP and gzip (ISO 3309, polynomial 0xEDB88320 reflected), of bytes that follow
 * others whose CRC-32 is `before`.
 */
export type Crc32 = (bytes: Uint8Array, before?: number) => number

const SLICES = 16
/**
 * TABLES[k * 256 + b]: what byte b adds if k more bytes follow in its slice (slicing-by-16,
 * Kounavis and Berry 2005).
 */
const TABLES = (() => {
  const tables = new Int32Array(SLICES * 256)
  for (let b = 0; b < 256; b++) {
    let crc = b
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1
    tables[b] = crc
  }
  for (let k = 1; k < SLICES; k++)
    for (let b = 0; b < 256; b++) {
      const crc = tables[(k - 1) * 256 + b]!
      tables[k * 256 + b] = (crc >>> 8) ^ tables[crc & 255]!
    }
  return tables
})()

/** In plain JavaScript, for runtimes that lack their own. */
export const crc32: Crc32 = (bytes, before = 0) => {
  const t = TABLES
  const end = bytes.length
  const sliced = end - (end % SLICES)
  let crc = ~before
  let i = 0
  for (; i < sliced; i += SLICES) {
    crc ^= bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24)
    crc =
      t[3840 + (crc & 255)]! ^
      t[3584 + ((crc >>> 8) & 255)]! ^
      t[3328 + ((crc >>> 16) & 255)]! ^
      t[3072 + (crc >>> 24)]! ^
      t[2816 + bytes[i + 4]!]! ^
      t[2560 + bytes[i + 5]!]! ^
      t[2304 + bytes[i + 6]!]! ^
      t[2048 + bytes[i + 7]!]! ^
      t[1792 + bytes[i + 8]!]! ^
      t[1536 + bytes[i + 9]!]! ^
      t[1280 + bytes[i + 10]!]! ^
      t[1024 + bytes[i + 11]!]! ^
      t[768 + bytes[i + 12]!]! ^
      t[512 + bytes[i + 13]!]! ^
      t[256 + bytes[i + 14]!]! ^
      t[bytes[i + 15]!]!
  }
  for (; i < end; i++) crc = (crc >>> 8) ^ t[(crc ^ bytes[i]!) & 255]!
  return ~crc >>> 0
}
