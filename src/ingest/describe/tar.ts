import { type ByteReader, concatBytes, openByteReader } from '../../bytes.ts'
import type { Source } from '../../fits/source.ts'
import { BadFile } from './description.ts'
import { describeSignature, isFits, SIGNATURE_BYTES } from './file_signature.ts'
import { memberSource } from './member_source.ts'
import { BLOCK, type Member, nextMember } from './tar_members.ts'

/**
 * What a tar may make us unpack before its first FITS file is found, and in all, bytes. Real ones
 * stay far below.
 */
const MAX_BEFORE = 8 * 2 ** 30
const MAX_IN_ALL = 64 * 2 ** 30
const GIB = 2 ** 30
/** What may follow its end, bytes: fill, or what was appended. */
const MAX_AFTER = GIB
const MAX_MEMBERS = 1_000_000

/**
 * Reads the first FITS file among the wanted members of a tar, gzipped or plain, as a stream of
 * bounded memory. A FITS file is known by how it begins: notes in a folder `x.fits`, or what macOS
 * keeps beside a file as `._x.fits`, are none. The tar is then read to its end, so that one that
 * was cut off is noticed.
 * @throws BadFile; an error of the stream itself as it is
 */
export async function readMember<T>(
  stream: ReadableStream<Uint8Array>,
  isWanted: (member: Member) => boolean,
  read: (source: Source, member: Member) => Promise<T>,
): Promise<T> {
  const blame: Blame = { isPacked: false }
  const reader = openByteReader(await unpackedTar(stream, blame))
  let found: { value: T } | undefined
  let members = 0
  let other: string | undefined
  try {
    for (let member = await nextMember(reader); member; member = await nextMember(reader)) {
      if (++members > MAX_MEMBERS)
        throw new BadFile(`the tar has more than ${MAX_MEMBERS} members: it is not read further`)
      const end = reader.position + Math.ceil(member.size / BLOCK) * BLOCK
      const isCandidate = !found && member.isFile && isWanted(member)
      const limit = found || isCandidate ? MAX_IN_ALL : MAX_BEFORE
      if (end > limit) throw new BadFile(`the tar unpacks to more than ${limit / GIB} GiB: it is not read further`)
      if (isCandidate) {
        const source = memberSource(reader, member.size)
        const first = await source.read(0, SIGNATURE_BYTES)
        if (isFits(first)) found = { value: await read(source, member) }
        else other ??= [`${member.name} is no FITS file`, describeSignature(first)].filter(Boolean).join(': ')
      }
      await passOver(reader, end - reader.position)
    }
    if (!found)
      throw new BadFile(
        ['Tar file missing meta fits! None of its members is a FITS file that could say what it is', other]
          .filter(Boolean)
          .join('; '),
      )
    // what follows the end is fill, but a gzip's checksum comes last
    await passFill(reader)
  } catch (error) {
    await reader.cancel(error).catch(() => {})
    if (blame.stream) throw blame.stream.error
    if (error instanceof BadFile || !blame.isPacked) throw error
    throw new BadFile('the gzip data are damaged or cut off: send the file again')
  }
  return found.value
}

async function passOver(reader: ByteReader, length: number): Promise<void> {
  if ((await reader.skip(length)) < length)
    throw new BadFile(`the tar was cut off: it ends at byte ${reader.position} within a member. Send it again`)
}

async function passFill(reader: ByteReader): Promise<void> {
  if ((await reader.skip(MAX_AFTER)) === MAX_AFTER)
    throw new BadFile(`more than ${MAX_AFTER / GIB} GiB follow the end of the tar: it is not read further`)
}

const GZIP = [0x1f, 0x8b]
const OTHERS: readonly (readonly [string, readonly number[]])[] = [
  ['bzip2', [0x42, 0x5a, 0x68]],
  ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a]],
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
]

const LONGEST_MAGIC = 5

/** Whose fault it was when reading fails. */
interface Blame {
  /** What the file's own stream failed with. */
  stream?: { error: unknown }
  isPacked: boolean
}

/** The tar itself: its first bytes say whether it is gzipped, whatever its name. */
async function unpackedTar(stream: ReadableStream<Uint8Array>, blame: Blame): Promise<ReadableStream<Uint8Array>> {
  const { first, whole } = await peeked(stream, blame)
  const begins = (magic: readonly number[]) => magic.every((byte, i) => first[i] === byte)
  const other = OTHERS.find(([, magic]) => begins(magic))
  if (other) {
    await whole.cancel()
    throw new BadFile(`the tar is packed with ${other[0]}: only gzip can be read`)
  }
  if (!begins(GZIP)) return whole
  blame.isPacked = true
  return whole.pipeThrough(new DecompressionStream('gzip') as ReadableWritablePair<Uint8Array, Uint8Array>)
}

/** A stream, and its first bytes beforehand. */
async function peeked(stream: ReadableStream<Uint8Array>, blame: Blame) {
  const reader = stream.getReader()
  const read = () =>
    reader.read().catch((error) => {
      blame.stream = { error }
      throw error
    })
  let first: Uint8Array = new Uint8Array(0)
  while (first.length < LONGEST_MAGIC) {
    const { done, value } = await read()
    if (done) break
    first = concatBytes([first, value])
  }
  let pending: Uint8Array | undefined = first
  const whole = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = pending?.length ? { done: false, value: pending } : await read()
        pending = undefined
        if (done) controller.close()
        else controller.enqueue(value as Uint8Array)
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  )
  return { first, whole }
}
