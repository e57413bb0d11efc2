import { dataDescriptor, descriptorLength, directoryEnd, directoryEntry, localHeader, type ZipEntry } from './format.ts'

/**
 * Contents up to this size are read before their header goes out, so that it holds their CRC-32 and
 * readers of streams take them.
 */
export const SMALL = 2 ** 20

/** Whether an entry has to be laid out with a data descriptor. */
export const needsDescriptor = (size: number, crc32: number | null): boolean => crc32 === null && size > SMALL

export interface Piece {
  at: number
  length: number
  /** The source that it is of; null: the end of the ZIP. */
  of: number | null
}
/** The content of a source. */
export type FilePart = Piece & { of: number; content: true }
/** Bytes that depend on nothing but the CRC-32 of their source; `needsSum`: on that, too. */
export type MadePart = Piece & { content: false; needsSum: boolean; make: (crc32: number) => Uint8Array }
export type Part = FilePart | MadePart

/** The parts of the ZIP of these entries, in order. */
export function partsOf(entries: readonly ZipEntry[]): Part[] {
  const list: Part[] = []
  const offsets: number[] = []
  let at = 0
  const add = (of: number | null, needsSum: boolean, make: MadePart['make']) => {
    const { length } = make(0)
    list.push({ at, length, of, content: false, needsSum, make })
    at += length
  }
  entries.forEach((entry, of) => {
    offsets.push(at)
    add(of, !entry.descriptor, (sum) => localHeader(entry, sum))
    if (entry.size > 0) list.push({ at, length: entry.size, of, content: true })
    at += entry.size
    if (entry.descriptor) add(of, true, (sum) => dataDescriptor(entry, sum))
  })
  const begin = at
  entries.forEach((entry, of) => void add(of, true, (sum) => directoryEntry(entry, sum, offsets[of]!)))
  const end = directoryEnd(entries.length, at - begin, begin)
  add(null, false, () => end)
  return list
}

/**
 * The length of the ZIP of these entries: known before anything is read, since nothing is
 * compressed.
 */
export function zipLength(entries: readonly ZipEntry[]): number {
  let [offset, directory] = [0, 0]
  for (const entry of entries) {
    directory += directoryEntry(entry, 0, offset).length
    offset += localHeader(entry, 0).length + entry.size + descriptorLength(entry)
  }
  return offset + directory + directoryEnd(entries.length, directory, offset).length
}

/**
 * Whether a ZIP can be sent from a byte on without reading files for their CRC-32 alone, apart from
 * the one that the byte belongs to: whoever has the beginning of the ZIP has taught those of the
 * files before.
 */
export function canBeginAt(sources: readonly (ZipEntry & { crc32: number | null })[], start: number): boolean {
  let end = 0
  for (const source of sources) {
    end += localHeader(source, 0).length + source.size + descriptorLength(source)
    if (end > start) return true
    if (source.crc32 === null && source.size > 0) return false
  }
  return true
}
