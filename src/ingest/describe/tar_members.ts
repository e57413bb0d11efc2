import type { ByteReader } from '../../bytes.ts'
import { BadFile } from './description.ts'
import { describeSignature } from './file_signature.ts'

/** Tar files are made of blocks of so many bytes. */
export const BLOCK = 512
/** The longest extended header that is read, bytes: they hold names and times. */
const MAX_EXTENDED = 2 ** 20
/** Extended headers before one member; programs write two at most. */
const MAX_BEFORE_MEMBER = 16

/** A member of a tar, whose data are to be read next. */
export interface Member {
  name: string
  /** Bytes; 0 of what has none. */
  size: number
  isFile: boolean
}

/** Types that have no data even where a size is said: links, devices, folders, pipes. */
const WITHOUT_DATA = /^[1-6]$/
/** Files, of which 7 are meant to lie contiguously. */
const FILE = /^[07\0]$/

/** Says of the next member what its own header cannot. */
interface Extended {
  path?: string
  size?: number
}

/**
 * The header of the next member, of the formats ustar, pax (IEEE 1003.1), GNU and those before;
 * undefined at the end: a block of zeros, or that of the file.
 * @throws BadFile
 */
export async function nextMember(reader: ByteReader): Promise<Member | undefined> {
  const extended: Extended = {}
  for (let extensions = 0; ; extensions++) {
    const at = reader.position
    const block = await reader.take(BLOCK)
    if (!block.length || block.every((byte) => byte === 0)) {
      if (at === 0 && !block.length) throw new BadFile('the file is empty: it is no tar')
      if (extensions > 0) throw new BadFile(`the tar was cut off: it ends at byte ${reader.position} within a member`)
      return undefined
    }
    if (block.length < BLOCK || !hasItsSum(block))
      throw new BadFile(
        at === 0
          ? ['the file is no tar', describeSignature(block)].filter(Boolean).join('; ')
          : `the tar is damaged: no member begins at byte ${at}`,
      )
    const type = String.fromCharCode(block[156]!)
    const size = numberIn(block.subarray(124, 136))
    if (size === undefined) throw new BadFile(`the tar is damaged: the member at byte ${at} has no size that could be`)
    if (!'xgLK'.includes(type)) return memberOf(block, type, size, extended)
    if (extensions === MAX_BEFORE_MEMBER)
      throw new BadFile(`the tar is damaged: too many extended headers before byte ${at}`)
    extend(extended, type, await body(reader, size))
  }
}

function memberOf(block: Uint8Array, type: string, size: number, extended: Extended): Member {
  const prefix = textIn(block, 257, 5) === 'ustar' && block[262] === 0 ? textIn(block, 345, 155) : ''
  const name = extended.path ?? (prefix ? `${prefix}/` : '') + textIn(block, 0, 100)
  const isFolder = type === '\0' && name.endsWith('/')
  if (type === 'S') throw new BadFile(`${name} in the tar is stored with holes (sparse), which cannot be read`)
  const length = WITHOUT_DATA.test(type) || isFolder ? 0 : (extended.size ?? size)
  return { name, size: length, isFile: FILE.test(type) && !isFolder }
}

/** The body of an extended header. */
async function body(reader: ByteReader, size: number): Promise<Uint8Array> {
  if (size > MAX_EXTENDED) throw new BadFile(`the tar is damaged: a member's name would have ${size} bytes`)
  const padded = Math.ceil(size / BLOCK) * BLOCK
  const bytes = await reader.take(padded)
  if (bytes.length < padded)
    throw new BadFile(`the tar was cut off: it ends at byte ${reader.position} within a member`)
  return bytes.subarray(0, size)
}

function extend(extended: Extended, type: string, bytes: Uint8Array): void {
  if (type === 'L') extended.path = textIn(bytes, 0, bytes.length)
  if (type !== 'x') return
  for (const [key, value] of paxRecords(bytes)) {
    if (key === 'path') extended.path = value
    if (key === 'size') {
      extended.size = Number(value)
      if (!/^\d+$/.test(value) || !Number.isSafeInteger(extended.size))
        throw new BadFile(`the tar is damaged: a member's size is ${value.slice(0, 30)}`)
    }
  }
}

/** Records `LENGTH KEY=VALUE\n`, of which the length counts itself. */
function* paxRecords(bytes: Uint8Array): Generator<[string, string]> {
  for (let at = 0; at < bytes.length && bytes[at] !== 0; ) {
    const [, length, key] = /^(\d{1,7}) ([^=]+)=/.exec(textIn(bytes, at, 300)) ?? []
    const end = at + Number(length)
    if (length === undefined || key === undefined || end > bytes.length || bytes[end - 1] !== 10)
      throw new BadFile('the tar is damaged: an extended header cannot be read')
    const start = at + length.length + 1 + new TextEncoder().encode(key).length + 1
    yield [key, new TextDecoder().decode(bytes.subarray(start, end - 1))]
    at = end
  }
}

/**
 * The header's checksum: the sum of its bytes, signed ones in old files, its own eight taken for
 * blanks.
 */
function hasItsSum(block: Uint8Array): boolean {
  const said = numberIn(block.subarray(148, 156))
  let [unsigned, signed] = [0, 0]
  for (let i = 0; i < BLOCK; i++) {
    const byte = i >= 148 && i < 156 ? 32 : block[i]!
    unsigned += byte
    signed += byte > 127 ? byte - 256 : byte
  }
  return said === unsigned || said === signed
}

/**
 * A number in octal digits, or in binary behind a byte of 128 (GNU); undefined: it is none, or
 * negative.
 */
function numberIn(bytes: Uint8Array): number | undefined {
  if (bytes[0] === 0x80) {
    const value = bytes.subarray(1).reduce((sum, byte) => sum * 256 + byte, 0)
    return Number.isSafeInteger(value) ? value : undefined
  }
  const text = textIn(bytes, 0, bytes.length).trim()
  return /^[0-7]*$/.test(text) ? Number.parseInt(text || '0', 8) : undefined
}

/** Text up to a NUL. */
function textIn(bytes: Uint8Array, start: number, length: number): string {
  const field = bytes.subarray(start, start + length)
  const end = field.indexOf(0)
  return new TextDecoder().decode(end < 0 ? field : field.subarray(0, end))
}
