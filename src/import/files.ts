import { streamFrom } from '../bytes.ts'
import type { FileBody } from '../files/store/store.ts'
import type { Digest, DigestPlatform } from '../ingest/deliver/digest.ts'
import type { Budget } from '../ingest/deliver/waiting.ts'
import { BadFile } from '../ingest/describe/description.ts'
import type { Arriving, Origin } from './source.ts'

/** Files up to this size are kept in memory on their way; larger ones go through piece by piece. */
export const SMALL = 8 * 2 ** 20

/** What the source says of a file. */
export interface Promised {
  /** null: nothing is said, and any content is taken. */
  md5: string | null
  size: number | null
  crc32: number | null
}

/** A file of another archive on its way into the store here. */
export interface Incoming {
  body: FileBody
  /** Of the bytes that went through last; those in memory have been checked already. */
  digest(): Digest
  /** Why the bytes are not what was promised; null: they are, or have not come yet. */
  fault(): unknown
  /** Gives its memory back. */
  release(): void
}

/** What a file costs while it is under way. */
export interface Room {
  /** Bytes in memory. */
  memory: Budget
  /** Larger files at once. */
  large: Budget
}

/**
 * Begins to read a file. Its size and MD5 are known then; where neither the source nor the server that
 * has the file says one of them, by reading it once more.
 * @throws BadFile for a content that is not what the source says, as soon as that is known
 */
export async function beginFile(
  origin: Origin,
  promised: Promised,
  { memory, large }: Room,
  platform: DigestPlatform,
  signal: AbortSignal,
): Promise<Incoming> {
  let last: Digest = { md5: '', crc32: 0 }
  let fault: unknown = null
  const checked = (arriving: Arriving) =>
    checkedChunks(arriving, promised, platform, (digest) => {
      last = digest
    })
  const first = await origin(signal)
  if (first.size !== null && promised.size !== null && first.size !== promised.size) {
    await first.chunks[Symbol.asyncIterator]().return?.(undefined)
    throw wrongSize(first.size, promised.size)
  }
  const isSmall = first.size === null ? false : first.size <= SMALL
  const release = await (isSmall ? memory.take(first.size!, signal) : large.take(1, signal))
  try {
    if (isSmall) {
      const bytes = await inMemory(checked(first), first.size!)
      const body = { size: bytes.length, inMemory: bytes, stream: () => new Blob([bytes]).stream() }
      return { body, digest: () => last, fault: () => null, release }
    }
    let opened: Arriving | null = first
    let { size } = first
    if (size === null || promised.md5 === null) {
      size = 0
      for await (const chunk of checked(first)) size += chunk.length
      opened = null
    }
    async function* again(): AsyncGenerator<Uint8Array, void, undefined> {
      fault = null
      try {
        const arriving = opened ?? (await origin(signal))
        opened = null
        yield* checked(arriving)
      } catch (error) {
        fault = error
        throw error
      }
    }
    const body = { size, stream: () => streamFrom(again()) }
    return { body, digest: () => last, fault: () => fault, release }
  } catch (error) {
    release()
    throw error
  }
}

/** Lets chunks through, and an error in place of an end that is not that of the right bytes. */
async function* checkedChunks(
  { chunks }: Arriving,
  { md5, size, crc32 }: Promised,
  platform: DigestPlatform,
  note: (digest: Digest) => void,
): AsyncGenerator<Uint8Array, void, undefined> {
  const hash = platform.md5()
  let [crc, bytes] = [0, 0]
  for await (const chunk of chunks) {
    hash.update(chunk)
    crc = platform.crc32(chunk, crc)
    bytes += chunk.length
    yield chunk
  }
  const digest = { md5: hash.hex(), crc32: crc }
  if (size !== null && bytes !== size) throw wrongSize(bytes, size)
  if (md5 !== null && digest.md5 !== md5.toLowerCase())
    throw new BadFile(`the file at the source has the MD5 ${digest.md5}, where its record says ${md5}`)
  if (crc32 !== null && crc !== crc32)
    throw new BadFile(`the file at the source has the CRC-32 ${crc}, where its record says ${crc32}`)
  note(digest)
}

const wrongSize = (bytes: number, promised: number): BadFile =>
  new BadFile(`the file at the source has ${bytes} bytes, where its record says ${promised}`)

async function inMemory(chunks: AsyncIterable<Uint8Array>, size: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(size)
  let at = 0
  for await (const chunk of chunks) {
    if (at + chunk.length > size) throw wrongSize(at + chunk.length, size)
    bytes.set(chunk, at)
    at += chunk.length
  }
  if (at !== size) throw wrongSize(at, size)
  return bytes
}
