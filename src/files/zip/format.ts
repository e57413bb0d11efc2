import { concatBytes } from '../../bytes.ts'

/**
 * The records of a ZIP file (PKWARE's APPNOTE 6.3.10) for stored entries with UTF-8 names, with
 * ZIP64 where a number does not fit.
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
const ZIP64_EXTRA = 1
const VERSION = 20
const VERSION_ZIP64 = 45
/** Made by Unix, so that the permissions below are understood. */
const MADE_BY = (3 << 8) | VERSION_ZIP64
const REGULAR_FILE_0644 = 0o100644 << 16

const encoder = new TextEncoder()
const NOTHING = new Uint8Array(0)
const LENGTHS: Record<string, number> = { H: 2, I: 4, Q: 8 }

/**
 * Numbers one after the other, little-endian, laid out as Python's `struct` has it: H of 2 bytes, I
 * of 4, Q of 8.
 */
function pack(layout: string, ...numbers: number[]): Uint8Array<ArrayBuffer> {
  let length = 0
  for (const kind of layout) length += LENGTHS[kind]!
  const view = new DataView(new ArrayBuffer(length))
  let at = 0
  for (let i = 0; i < numbers.length; i++) {
    const kind = layout[i]!
    if (kind === 'H') view.setUint16(at, numbers[i]!, true)
    else if (kind === 'I') view.setUint32(at, numbers[i]!, true)
    else view.setBigUint64(at, BigInt(numbers[i]!), true)
    at += LENGTHS[kind]!
  }
  return new Uint8Array(view.buffer)
}

/**
 * Time and date as MS-DOS has them: two-second steps from 1980 to 2107. UTC, so that the same entry
 * is the same bytes anywhere.
 */
function dosTime(date: Date): [time: number, date: number] {
  const year = Math.min(Math.max(date.getUTCFullYear(), 1980), 2107)
  return [
    (date.getUTCHours() << 11) | (date.getUTCMinutes() << 5) | (date.getUTCSeconds() >> 1),
    ((year - 1980) << 9) | ((date.getUTCMonth() + 1) << 5) | date.getUTCDate(),
  ]
}

const isLarge = (entry: ZipEntry): boolean => entry.size >= UINT32
const flagsOf = (entry: ZipEntry): number => UTF8_NAME | (entry.descriptor ? DESCRIPTOR_FOLLOWS : 0)
const versionFor = (isZip64: boolean): number => (isZip64 ? VERSION_ZIP64 : VERSION)

/** What stands before an entry's content; the CRC-32 counts only where no descriptor follows. */
export function localHeader(entry: ZipEntry, crc32: number): Uint8Array<ArrayBuffer> {
  const name = encoder.encode(entry.name)
  const large = isLarge(entry)
  const [crc, size] = entry.descriptor ? [0, 0] : [crc32, entry.size]
  const size32 = large ? UINT32 : size
  const extra = large ? pack('HHQQ', ZIP64_EXTRA, 16, size, size) : NOTHING
  const start = pack('IHHHHH', 0x04034b50, versionFor(large), flagsOf(entry), 0, ...dosTime(entry.modified))
  return concatBytes([start, pack('IIIHH', crc, size32, size32, name.length, extra.length), name, extra])
}

/** What stands behind the content of an entry with a descriptor. */
export const dataDescriptor = (entry: ZipEntry, crc32: number): Uint8Array<ArrayBuffer> =>
  pack(isLarge(entry) ? 'IIQQ' : 'IIII', 0x08074b50, crc32, entry.size, entry.size)

/** The bytes of the data descriptor behind an entry, 0 for one without it (APPNOTE 4.3.9). */
export const descriptorLength = (entry: ZipEntry): number => (!entry.descriptor ? 0 : isLarge(entry) ? 24 : 16)

/** An entry of the central directory. `offset`: where its local header begins. */
export function directoryEntry(entry: ZipEntry, crc32: number, offset: number): Uint8Array<ArrayBuffer> {
  const name = encoder.encode(entry.name)
  const large = isLarge(entry)
  const far = offset >= UINT32
  const numbers = [...(large ? [entry.size, entry.size] : []), ...(far ? [offset] : [])]
  const extra = numbers.length
    ? pack(`HH${'Q'.repeat(numbers.length)}`, ZIP64_EXTRA, 8 * numbers.length, ...numbers)
    : NOTHING
  const size32 = large ? UINT32 : entry.size
  const start = pack(
    'IHHHHHH',
    0x02014b50,
    MADE_BY,
    versionFor(large || far),
    flagsOf(entry),
    0,
    ...dosTime(entry.modified),
  )
  const lengths = pack('IIIHH', crc32, size32, size32, name.length, extra.length)
  // no comment, on the first disk
  const place = pack('HHHII', 0, 0, 0, REGULAR_FILE_0644, far ? UINT32 : offset)
  return concatBytes([start, lengths, place, name, extra])
}

/** What ends a ZIP. `size` and `offset` are the central directory's. */
export function directoryEnd(count: number, size: number, offset: number): Uint8Array<ArrayBuffer> {
  const [count16, size32, offset32] = [Math.min(count, UINT16), Math.min(size, UINT32), Math.min(offset, UINT32)]
  const end = pack('IHHHHIIH', 0x06054b50, 0, 0, count16, count16, size32, offset32, 0)
  if (count < UINT16 && size < UINT32 && offset < UINT32) return end
  const end64 = pack('IQHHIIQQQQ', 0x06064b50, 44, MADE_BY, VERSION_ZIP64, 0, 0, count, count, size, offset)
  const locator = pack('IIQI', 0x07064b50, 0, offset + size, 1)
  return concatBytes([end64, locator, end])
}
