import type { Md5 } from '../../files/store/local.ts'
import type { Crc32 } from '../../files/zip/crc32.ts'
import type { IngestFile } from '../describe/types.ts'

/** What a runtime does faster than the Web's APIs. */
export interface DigestPlatform {
  md5(): Md5
  crc32: Crc32
}

/** What a file's content is known by. */
export interface Digest {
  /** 32 hexadecimal digits. */
  md5: string
  crc32: number
}

/** The file was written to while it was read: it is not complete yet. */
export class Changed extends Error {
  constructor() {
    super('the file changed while it was read: it is not complete yet')
  }
}

/** MD5 and CRC-32 of a file in one pass. Throws Changed where it has another size than it had. */
export async function digestOf(file: IngestFile, platform: DigestPlatform): Promise<Digest> {
  const md5 = platform.md5()
  let crc32 = 0
  let size = 0
  for await (const chunk of chunksOf(file.stream())) {
    md5.update(chunk)
    crc32 = platform.crc32(chunk, crc32)
    size += chunk.length
  }
  if (size !== file.size) throw new Changed()
  return { md5: md5.hex(), crc32 }
}

/** The same of a file that is in memory. */
export function digestOfBytes(bytes: Uint8Array, platform: DigestPlatform): Digest {
  const md5 = platform.md5()
  md5.update(bytes)
  return { md5: md5.hex(), crc32: platform.crc32(bytes) }
}

/** A small file as bytes. Throws Changed where it has another size than it had. */
export async function bytesOf(file: IngestFile): Promise<Uint8Array<ArrayBuffer>> {
  if (file.bytes) {
    const bytes = await file.bytes()
    if (bytes.length !== file.size) throw new Changed()
    return bytes
  }
  const bytes = new Uint8Array(file.size)
  let at = 0
  for await (const chunk of chunksOf(file.stream())) {
    if (at + chunk.length > bytes.length) throw new Changed()
    bytes.set(chunk, at)
    at += chunk.length
  }
  if (at !== bytes.length) throw new Changed()
  return bytes
}

/** Not every runtime's streams say that they can be iterated. */
const chunksOf = (stream: ReadableStream<Uint8Array>) => stream as unknown as AsyncIterable<Uint8Array>
