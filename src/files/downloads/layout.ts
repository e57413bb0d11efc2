import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import { safeName, uniqueNames } from '../zip/manifest.ts'
import { needsDescriptor } from '../zip/parts.ts'
import type { Content } from './content.ts'

/**
 * Who puts a ZIP together: the archive itself, or nginx out of a manifest. They do not lay it out
 * alike.
 */
export type Delivery = 'stream' | 'manifest'

/** A ZIP as it is laid out: with the contents this decides about each of its bytes. */
export interface Layout {
  delivery: Delivery
  folder: string
  files: {
    content: Content
    /** The path inside the ZIP: safe, and no other file's. */
    name: string
    /** Whether the CRC-32 follows the content, because it was not known at first. */
    descriptor: boolean
  }[]
}

/**
 * The ZIP of some contents, laid out as what is known of them allows.
 * @param descriptors which files have a descriptor, where that was decided before
 */
export function layOut(
  delivery: Delivery,
  folder: string,
  contents: readonly Content[],
  descriptors?: readonly boolean[],
): Layout {
  const names = uniqueNames(contents.map((c) => safeName(c.filename)))
  const files = contents.map((content, i) => {
    const { size, crc32 } = content
    const decided = delivery === 'manifest' ? crc32 === null : needsDescriptor(size, crc32)
    return { content, name: `${folder}/${names[i]}`, descriptor: descriptors?.[i] ?? decided }
  })
  return { delivery, folder, files }
}

/**
 * What tells one ZIP from another, as an ETag. A version never changes: its bytes need not be
 * known.
 */
export function etagOf({ delivery, files }: Layout): string {
  const lines = files.map(({ content: { row, form, size }, name, descriptor }) =>
    JSON.stringify([row.version_id, form, size, row.created, name, descriptor]),
  )
  return `"${bytesToHex(sha256(utf8ToBytes([delivery, ...lines].join('\n')))).slice(0, 32)}"`
}

/** The beginning of the ETag, by which a ticket knows its ZIP. */
export const markOf = (layout: Layout): string => etagOf(layout).slice(1, 17)

/** Whether the ZIP can be sent in parts. nginx cannot where a CRC-32 is missing. */
export const hasRanges = ({ delivery, files }: Layout): boolean =>
  delivery === 'stream' || files.every(({ descriptor }) => !descriptor)
