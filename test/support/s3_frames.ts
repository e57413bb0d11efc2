import { createHash, randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { crc32 } from 'node:zlib'
import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3'
import type { Pool } from '../../src/database/open.ts'
import { framePath } from '../../src/files/store/paths.ts'

const MIB = 2 ** 20
const PLACE = {
  site_id: 'cpt',
  instrument_id: 'kb70',
  observation_day: '2016-01-02',
  configuration_type: 'EXPOSE',
  reduction_level: 0,
}

/** A frame as these helpers make them; the store's path of its file with it. */
export interface BigFrame {
  id: number
  path: string
  size: number
}

/** Bytes that do not repeat within a mebibyte, and are made as fast as they are stored. */
function* generated(size: number): Generator<Buffer> {
  const block = randomBytes(MIB)
  for (let at = 0; at < size; at += MIB) {
    // not into the first block: of a small file nearly nothing random would be left
    if (at > 0) block.writeDoubleLE(at, 0)
    yield Buffer.from(block.subarray(0, Math.min(MIB, size - at)))
  }
}

/** Public frames with files of these many bytes in S3. Size and CRC-32 are written beside them, as an archive that has learnt them has. */
export async function storeFrames(
  client: S3Client,
  bucket: string,
  sql: Pool,
  sizes: readonly number[],
): Promise<BigFrame[]> {
  const frames: BigFrame[] = []
  for (const size of sizes) {
    let sum = 0
    const md5 = createHash('md5')
    const body = Readable.from(
      (function* () {
        for (const piece of generated(size)) {
          sum = crc32(piece, sum)
          md5.update(piece)
          yield piece
        }
      })(),
      { objectMode: false },
    )
    const basename = `big-${randomBytes(6).toString('hex')}`
    const path = framePath({ ...PLACE, basename }, '.fits')
    const put = new PutObjectCommand({ Bucket: bucket, Key: path, Body: body, ContentLength: size })
    const { VersionId } = await client.send(put)
    const id = await addFrame(sql, basename, {
      key: VersionId!,
      md5: md5.digest('hex'),
      extension: '.fits',
      size,
      crc32: sum,
    })
    frames.push({ id, path, size })
  }
  return frames
}

/** A public frame with a file of the caller's in S3; nothing is known of its size and CRC-32. */
export async function storeFile(
  client: S3Client,
  bucket: string,
  sql: Pool,
  bytes: Uint8Array,
  extension: string,
): Promise<BigFrame> {
  const basename = `file-${randomBytes(6).toString('hex')}`
  const path = framePath({ ...PLACE, basename }, extension)
  const { VersionId } = await client.send(new PutObjectCommand({ Bucket: bucket, Key: path, Body: bytes }))
  const md5 = createHash('md5').update(bytes).digest('hex')
  const id = await addFrame(sql, basename, { key: VersionId!, md5, extension, size: null, crc32: null })
  return { id, path, size: bytes.length }
}

/** Frames whose files nobody has stored, all that a manifest wants known: no request for them can succeed. */
export async function promiseFrames(sql: Pool, count: number): Promise<number[]> {
  const ids: number[] = []
  for (let i = 0; i < count; i++) {
    const [key, md5] = [randomBytes(16).toString('hex'), randomBytes(16).toString('hex')]
    const known = { key, md5, extension: '.fits.fz', size: 1_000_000 + i, crc32: i }
    ids.push(await addFrame(sql, `promised-${key}`, known))
  }
  return ids
}

interface Version {
  key: string
  md5: string
  extension: string
  size: number | null
  crc32: number | null
}

async function addFrame(sql: Pool, basename: string, version: Version): Promise<number> {
  const frame = {
    ...PLACE,
    basename,
    observation_date: '2016-01-02T03:04:05Z',
    primary_optical_element: 'V',
    proposal_id: 'shire',
    public_date: '2017-01-02T03:04:05Z',
    target_name: 'M 31',
    telescope_id: '1m0a',
  }
  const [row] = await insert(sql, 'frames', frame)
  await insert(sql, 'versions', { ...version, frame_id: row!.id })
  return row!.id
}

function insert(sql: Pool, table: string, row: Record<string, unknown>): Promise<{ id: number }[]> {
  const places = Object.keys(row).map((_, i) => `$${i + 1}`)
  return sql.unsafe(
    `insert into ${table} (${Object.keys(row)}) values (${places}) returning id`,
    Object.values(row),
  ) as Promise<{ id: number }[]>
}
