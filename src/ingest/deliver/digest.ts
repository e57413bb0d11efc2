import type { Crc32 } from '../../crc32.ts'
import type { Md5 } from '../../files/store/local.ts'
import type { FileBody } from '../../files/store/store.ts'
import type { IngestFile } from '../describe/description.ts'

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

/**
 * MD5 and CRC-32 of a file, from memory where it is there, else in one pass.
 * @throws Changed where it has another size than it had
 */
export async function digestOf(file: FileBody, platform: DigestPlatform): Promise<Digest> {
  const md5 = platform.md5()
  let crc32 = 0
  let size = 0
  // not every runtime's streams say that they can be iterated
  const chunks = file.inMemory ? [file.inMemory] : (file.stream() as unknown as AsyncIterable<Uint8Array>)
  for await (const chunk of chunks) {
    md5.update(chunk)
    crc32 = platform.crc32(chunk, crc32)
    size += chunk.length
  }
  if (size !== file.size) throw new Changed()
  return { md5: md5.hex(), crc32 }
}

/** A small file as bytes. @throws Changed where it has another size than it had */
export async function bytesOf(file: IngestFile): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = file.bytes ? await file.bytes() : new Uint8Array(await new Response(file.stream()).arrayBuffer())
  if (bytes.length !== file.size) throw new Changed()
  return bytes
}
