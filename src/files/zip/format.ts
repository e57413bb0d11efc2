import { concatBytes } from '../../bytes.ts'

/**
 * The records of a ZIP file (PKWARE's APPNOTE 6.3.10) for stored entries with UTF-8 names, with ZIP64 where a number does not fit.
 * All numbers are little-endian.
 */
export interface ZipEntry {
  name: string
  /** Bytes of the content. */
  size: number
  /** Whether the CRC-32 follows the content, because the content goes out before it is known. */
  descriptor: boolean
  modified: Date
}

const UINT32 = 0xffffffff
const UINT16 = 0xffff
const UTF8_NAME = 1 << 11
const DESCRIPTOR_FOLLOWS = 1 << 3
const VERSION = 20
const VERSION_ZIP64 = 45
/** Made by Unix, so that the permissions below are understood. */
const MADE_BY_UNIX = 3 << 8
const REGULAR_FILE_0644 = 0o100644 << 16

const encoder = new TextEncoder()

function record(length: number, fill: (view: DataView) => void): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length)
  fill(new DataView(bytes.buffer))
  return bytes
}
const uint64 = (view: DataView, at: number, value: number) => view.setBigUint64(at, BigInt(value), true)

/** Date and time as MS-DOS has them: two-second steps from 1980 to 2107. UTC, so that the same entry is the same bytes anywhere. */
function dosTime(date: Date): { date: number; time: number } {
  const year = Math.min(Math.max(date.getUTCFullYear(), 1980), 2107)
  return {
    date: ((year - 1980) << 9) | ((date.getUTCMonth() + 1) << 5) | date.getUTCDate(),
    time: (date.getUTCHours() << 11) | (date.getUTCMinutes() << 5) | (date.getUTCSeconds() >> 1),
  }
}

const isLarge = (entry: ZipEntry): boolean => entry.size >= UINT32

/** What stands before an entry's content; the CRC-32 counts only where no descriptor follows. */
export function localHeader(entry: ZipEntry, crc32: number): Uint8Array<ArrayBuffer> {
  const name = encoder.encode(entry.name)
  const large = isLarge(entry)
  const known = !entry.descriptor
  const { date, time } = dosTime(entry.modified)
  const extra = large
    ? record(20, (v) => {
        v.setUint16(0, 1, true)
        v.setUint16(2, 16, true)
        uint64(v, 4, known ? entry.size : 0)
        uint64(v, 12, known ? entry.size : 0)
      })
    : new Uint8Array(0)
  const size = large ? UINT32 : known ? entry.size : 0
  const fixed = record(30, (v) => {
    v.setUint32(0, 0x04034b50, true)
    v.setUint16(4, large ? VERSION_ZIP64 : VERSION, true)
    v.setUint16(6, UTF8_NAME | (known ? 0 : DESCRIPTOR_FOLLOWS), true)
    v.setUint16(10, time, true)
    v.setUint16(12, date, true)
    v.setUint32(14, known ? crc32 : 0, true)
    v.setUint32(18, size, true)
    v.setUint32(22, size, true)
    v.setUint16(26, name.length, true)
    v.setUint16(28, extra.length, true)
  })
  return concatBytes([fixed, name, extra])
}

/** What stands behind the content of an entry with a descriptor. */
export function dataDescriptor(entry: ZipEntry, crc32: number): Uint8Array<ArrayBuffer> {
  return record(descriptorLength(entry), (v) => {
    v.setUint32(0, 0x08074b50, true)
    v.setUint32(4, crc32, true)
    if (isLarge(entry)) {
      uint64(v, 8, entry.size)
      uint64(v, 16, entry.size)
    } else {
      v.setUint32(8, entry.size, true)
      v.setUint32(12, entry.size, true)
    }
  })
}
export const descriptorLength = (entry: ZipEntry): number => (!entry.descriptor ? 0 : isLarge(entry) ? 24 : 16)

/** An entry of the central directory. `offset`: where its local header begins. */
export function directoryEntry(entry: ZipEntry, crc32: number, offset: number): Uint8Array<ArrayBuffer> {
  const name = encoder.encode(entry.name)
  const { date, time } = dosTime(entry.modified)
  const large = isLarge(entry)
  const far = offset >= UINT32
  const numbers = [...(large ? [entry.size, entry.size] : []), ...(far ? [offset] : [])]
  const extra = numbers.length
    ? record(4 + 8 * numbers.length, (v) => {
        v.setUint16(0, 1, true)
        v.setUint16(2, 8 * numbers.length, true)
        numbers.forEach((number, i) => void uint64(v, 4 + 8 * i, number))
      })
    : new Uint8Array(0)
  const fixed = record(46, (v) => {
    v.setUint32(0, 0x02014b50, true)
    v.setUint16(4, MADE_BY_UNIX | VERSION_ZIP64, true)
    v.setUint16(6, large || far ? VERSION_ZIP64 : VERSION, true)
    v.setUint16(8, UTF8_NAME | (entry.descriptor ? DESCRIPTOR_FOLLOWS : 0), true)
    v.setUint16(12, time, true)
    v.setUint16(14, date, true)
    v.setUint32(16, crc32, true)
    v.setUint32(20, large ? UINT32 : entry.size, true)
    v.setUint32(24, large ? UINT32 : entry.size, true)
    v.setUint16(28, name.length, true)
    v.setUint16(30, extra.length, true)
    v.setUint32(38, REGULAR_FILE_0644, true)
    v.setUint32(42, far ? UINT32 : offset, true)
  })
  return concatBytes([fixed, name, extra])
}

/** What ends a ZIP. `size` and `offset` are the central directory's. */
export function directoryEnd(count: number, size: number, offset: number): Uint8Array<ArrayBuffer> {
  const large = count >= UINT16 || size >= UINT32 || offset >= UINT32
  const end = record(22, (v) => {
    v.setUint32(0, 0x06054b50, true)
    v.setUint16(8, Math.min(count, UINT16), true)
    v.setUint16(10, Math.min(count, UINT16), true)
    v.setUint32(12, Math.min(size, UINT32), true)
    v.setUint32(16, Math.min(offset, UINT32), true)
  })
  if (!large) return end
  const end64 = record(56, (v) => {
    v.setUint32(0, 0x06064b50, true)
    uint64(v, 4, 44)
    v.setUint16(12, MADE_BY_UNIX | VERSION_ZIP64, true)
    v.setUint16(14, VERSION_ZIP64, true)
    uint64(v, 24, count)
    uint64(v, 32, count)
    uint64(v, 40, size)
    uint64(v, 48, offset)
  })
  const locator = record(20, (v) => {
    v.setUint32(0, 0x07064b50, true)
    uint64(v, 8, offset + size)
    v.setUint32(16, 1, true)
  })
  return concatBytes([end64, locator, end])
}
