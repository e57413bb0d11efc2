import { gzipSync } from 'node:zlib'
import { expect, describe as group, test } from 'vitest'
import { describe } from '../../../src/ingest/describe/describe.ts'
import { BadFile, type IngestFile } from '../../../src/ingest/describe/description.ts'
import { cardsOf, fitsOf, headerOf } from '../../support/fits_file.ts'
import { fileOf, noTags, piecesOf, rulesOf } from '../../support/ingest_files.ts'

const BLOCK = 512
const OVERRIDES = {
  FILETYPE_MAPPING_OVERRIDES: "{'.tar': 'x.TarWithFitsFile', '.tar.gz': 'x.TarWithFitsFile'}",
}
const OBSERVATORY = { FILETYPE_MAPPING_OVERRIDES: "{'.tar.gz': 'x.LcoTarWithFitsFile'}" }

interface Member {
  name: string
  body?: Uint8Array
  type?: string
  /** The bytes of the size field, where they are to be others than the length of the body. */
  size?: Uint8Array
  prefix?: string
}

const bytesOf = (text: string) => new TextEncoder().encode(text)
const padded = (bytes: Uint8Array) => {
  const whole = new Uint8Array(Math.ceil(bytes.length / BLOCK) * BLOCK)
  whole.set(bytes)
  return whole
}

function memberOf({ name, body = new Uint8Array(0), type = '0', size, prefix = '' }: Member): Uint8Array[] {
  const block = new Uint8Array(BLOCK)
  block.set(bytesOf(name).subarray(0, 100))
  block.set(bytesOf('0000644\x000000000\x000000000\0'), 100)
  block.set(size ?? bytesOf(`${body.length.toString(8).padStart(11, '0')}\0`), 124)
  block.set(bytesOf('00000000000\0'), 136)
  block.set(bytesOf(`        ${type}`), 148)
  block.set(bytesOf('ustar\x0000'), 257)
  block.set(bytesOf(prefix), 345)
  const sum = block.reduce((total, byte) => total + byte, 0)
  block.set(bytesOf(`${sum.toString(8).padStart(6, '0')}\0 `), 148)
  return [block, padded(body)]
}

const tarOf = (members: Member[], end = 2 * BLOCK): Uint8Array =>
  new Uint8Array(Buffer.concat([...members.flatMap(memberOf), new Uint8Array(end)]))

const pax = (records: Record<string, string>): Member => ({
  name: 'pax',
  type: 'x',
  body: bytesOf(
    Object.entries(records)
      .map(([key, value]) => {
        const rest = ` ${key}=${value}\n`
        let length = bytesOf(rest).length
        length += String(length + String(length).length).length
        return `${length}${rest}`
      })
      .join(''),
  ),
})

const FITS = fitsOf({ OBJECT: 'in the tar' })
const README: Member = { name: 'd/readme.txt', body: bytesOf('hello') }
const IMAGE: Member = { name: 'd/a-e91.fits', body: FITS }

const read = (bytes: Uint8Array, environment: Record<string, string> = OVERRIDES, name = 'a-b.tar.gz') =>
  describe(fileOf(name, bytes), undefined, rulesOf(environment), noTags)
const target = async (members: Member[], environment?: Record<string, string>) =>
  (await read(new Uint8Array(gzipSync(tarOf(members))), environment)).record.target_name
const refusal = async (promise: Promise<unknown>): Promise<string> => {
  const error = await promise.catch((error: unknown) => error)
  expect(error).toBeInstanceOf(BadFile)
  return (error as BadFile).message
}

group('a tar is described by its first FITS file', () => {
  test('gzipped or not, whatever its extension says', async () => {
    const plain = tarOf([README, IMAGE])
    expect(await read(new Uint8Array(gzipSync(plain)))).toMatchObject({
      class: 'TarWithFitsFile',
      contentType: 'application/x-tar',
      path: 'cpt/kb70/20151221/raw/a-b.tar.gz',
      record: { target_name: 'in the tar', basename: 'a-b' },
    })
    expect((await read(plain)).record.target_name).toBe('in the tar')
    expect((await read(plain, OVERRIDES, 'a-b.tar')).record.target_name).toBe('in the tar')
    const inBytes = { ...fileOf('a-b.tar.gz', plain), stream: () => piecesOf(new Uint8Array(gzipSync(plain)), 1) }
    expect((await describe(inBytes, undefined, rulesOf(), noTags)).record.target_name).toBe('in the tar')
  })

  test("of the observatory's: by the first raw or reduced one", async () => {
    const guide: Member = { name: 'x-g00.fits', body: fitsOf({ OBJECT: 'guide' }) }
    expect(await target([guide, IMAGE])).toBe('guide')
    expect(await target([guide, IMAGE], OBSERVATORY)).toBe('in the tar')
    const { path, record } = await read(new Uint8Array(gzipSync(tarOf([IMAGE]))), OBSERVATORY)
    expect([path, record.reduction_level]).toEqual(['cpt/kb70/20151221/processed/a-b.tar.gz', 90])
  })

  test('not by folders, links and devices of such a name, nor by what a link says of its size', async () => {
    const size = bytesOf('77777777777\0')
    const odd = ['1', '2', '3', '4', '5', '6'].map((type) => ({ name: `x${type}.fits`, type, size }))
    expect(await target([...odd, { name: 'old.fits/', type: '\0' }, IMAGE])).toBe('in the tar')
    expect(await target([{ ...IMAGE, type: '7' }])).toBe('in the tar')
    expect(await target([{ ...IMAGE, type: '\0' }])).toBe('in the tar')
  })

  test('found by what it is: not by the name of its folder, nor by what only has such a name', async () => {
    const note = bytesOf('hello')
    const others: Member[] = [
      { name: 'x-e00.fits/', type: '5' },
      { name: 'x-e00.fits/readme.txt', body: note },
      { name: 'x-e00.fits', body: new Uint8Array(0) },
      { name: '._x-e00.fits', body: Uint8Array.from([0, 5, 22, 7, 0, 2, 0, 0]) },
      { name: 'PaxHeaders.0/x-e00.fits', body: bytesOf('30 mtime=1') },
      { name: 'x-e00.fits.gz', body: new Uint8Array(gzipSync(FITS)) },
      { name: 'x-e00.fits.txt', body: bytesOf('SIMPLE is not enough'.repeat(400)) },
      { name: '././@LongLink', type: 'L', body: bytesOf(`${'n'.repeat(150)}-e00.fits/notes\0`) },
      { name: 'x', body: note },
      pax({ path: 'ü-e00.fits' }),
      { name: 'x', body: note },
    ]
    for (const environment of [OVERRIDES, OBSERVATORY]) {
      expect(await target([...others, IMAGE], environment)).toBe('in the tar')
      expect(await target([...others, { ...IMAGE, name: 'A-E91.FITS' }, IMAGE], environment)).toBe('in the tar')
      const words = await refusal(read(tarOf(others), environment))
      expect(words).toMatch(/missing meta fits.*x-e00.fits\/readme.txt is no FITS file/)
    }
  })

  test('with a long name, of ustar, GNU and pax, and a size in binary or of pax', async () => {
    const long = `${'n'.repeat(150)}.fits`
    const body = FITS
    expect(await target([{ name: 'x', prefix: 'a.fits', body }])).toBe('in the tar')
    expect(
      await target([
        { name: '././@LongLink', type: 'L', body: bytesOf(`${long}\0`) },
        { name: 'x', body },
      ]),
    ).toBe('in the tar')
    expect(await target([pax({ path: `ü${long}`, mtime: '1.5' }), { name: 'x', body }])).toBe('in the tar')
    const binary = new Uint8Array(12)
    binary[0] = 0x80
    new DataView(binary.buffer).setUint32(8, body.length)
    expect(await target([{ ...IMAGE, size: binary }])).toBe('in the tar')
    const none = bytesOf('00000000000\0')
    expect(await target([pax({ size: String(body.length) }), { ...IMAGE, size: none }])).toBe('in the tar')
  })

  test('of several HDUs, as they follow each other', async () => {
    const extension = headerOf(["XTENSION= 'IMAGE   '", ...cardsOf({ OBJECT: 'second' }).slice(1)])
    const primary = headerOf(cardsOf().filter((card) => !card.startsWith('PROPID')))
    const data = new Uint8Array(2880 * 400)
    const axis = ['NAXIS   =                    1', `NAXIS1  = ${String(data.length).padStart(20)}`]
    const image = headerOf([...cardsOf().slice(0, 2), ...axis, 'END'])
    expect(await target([README, { name: 'a.fits', body: new Uint8Array([...primary, ...extension]) }])).toBe('second')
    const both = new Uint8Array([...image, ...data, ...extension])
    expect(await target([{ name: 'a.fits', body: both }])).toBe('second')
  })
})

group('a tar that cannot be read is refused in clear words', () => {
  const whole = tarOf([README, IMAGE, { name: 'later', body: new Uint8Array(5000).fill(7) }])
  const packed = new Uint8Array(gzipSync(whole))

  test.each<[string, () => Uint8Array, RegExp]>([
    ['empty', () => new Uint8Array(0), /is empty/],
    ['a gzip of nothing', () => new Uint8Array(gzipSync('')), /is empty/],
    ['no tar', () => bytesOf('x'.repeat(5000)), /is no tar/],
    ['a gzip of no tar', () => new Uint8Array(gzipSync('x'.repeat(5000))), /is no tar/],
    ['short', () => bytesOf('xyz'), /is no tar/],
    ['of members none of which is FITS', () => tarOf([README]), /missing meta fits/],
    ['without members', () => tarOf([]), /missing meta fits/],
    ['cut off within the data of its last member', () => whole.subarray(0, whole.length - 3000), /cut off.*Send it/],
    ['cut off within its FITS file', () => whole.subarray(0, 3000), /cut off/],
    ['cut off within a header', () => whole.subarray(0, 1024 + 100), /damaged/],
    ['a gzip that was cut off', () => packed.subarray(0, packed.length - 20), /gzip data are damaged or cut off/],
    ['a gzip without its checksum', () => packed.subarray(0, packed.length - 4), /gzip data are damaged or cut off/],
    ['a gzip that was cut off at once', () => packed.subarray(0, 12), /gzip data are damaged or cut off/],
    ['a gzip that was changed', () => packed.map((b, i) => (i === packed.length - 6 ? b ^ 1 : b)), /gzip data are/],
    ['packed in another way', () => bytesOf('BZh91AY&SY'), /bzip2/],
    [
      'damaged between members',
      () => whole.map((b, i) => (i === 1030 ? b ^ 1 : b)),
      /damaged: no member begins at byte/,
    ],
    ['of a FITS file that is none', () => tarOf([{ name: 'a.fits', body: bytesOf('<html>') }]), /no FITS file/],
    ['of a FITS file cut off', () => tarOf([{ ...IMAGE, body: FITS.subarray(0, 500) }]), /ends within a header/],
    ['of a member of more bytes than it has', () => tarOf([{ ...README, size: bytesOf('00007777777\0') }]), /cut off/],
    [
      'of a member of 100 TiB',
      () => tarOf([{ ...README, size: Uint8Array.from([128, 0, 0, 0, 0, 0, 100, 0, 0, 0, 0, 0]) }]),
      /8 GiB/,
    ],
    [
      'of a member of fewer bytes than none',
      () => tarOf([{ ...README, size: new Uint8Array(12).fill(255) }]),
      /no size that could be/,
    ],
    ['of a member with a hole', () => tarOf([{ ...IMAGE, type: 'S' }]), /sparse/],
    [
      'of a name of a gigabyte',
      () => tarOf([{ name: 'x', type: 'L', size: bytesOf('10000000000\0') }]),
      /name would have/,
    ],
    [
      'of an odd extended header',
      () => tarOf([{ name: 'x', type: 'x', body: bytesOf('9999999 path=x\n') }, IMAGE]),
      /extended header/,
    ],
    ['of an odd size', () => tarOf([pax({ size: '-5' }), IMAGE]), /size is -5/],
    ['that ends with an extended header', () => tarOf([pax({ path: 'x.fits' })]), /cut off/],
  ])('%s', async (_, bytes, words) => {
    expect(await refusal(read(bytes()))).toMatch(words)
  })

  test('but an error of reading it is nothing of the tar', async () => {
    const file: IngestFile = {
      ...fileOf('a.tar.gz', packed),
      stream() {
        const reader = piecesOf(packed, 100).getReader()
        let pulls = 0
        return new ReadableStream({
          async pull(controller) {
            if (++pulls > 2) throw new Error('EIO')
            controller.enqueue((await reader.read()).value!)
          },
        })
      },
    }
    const error = await describe(file, undefined, rulesOf(), noTags).catch((error: unknown) => error)
    expect(error).not.toBeInstanceOf(BadFile)
    expect(String(error)).toContain('EIO')
  })
})

group('memory stays bounded', () => {
  test('for hundreds of megabytes of zeros in less than one', async () => {
    const ZEROS = 256 * 2 ** 20
    const zeros = memberOf({ name: 'zeros', size: bytesOf(`${ZEROS.toString(8).padStart(11, '0')}\0`) })
    const stream = () =>
      new ReadableStream<Uint8Array>(chunks(zeros[0]!, ZEROS, tarOf([IMAGE]))).pipeThrough(
        new CompressionStream('gzip') as ReadableWritablePair<Uint8Array, Uint8Array>,
      )
    const file: IngestFile = { ...fileOf('a.tar.gz', new Uint8Array(0)), stream }
    const before = process.memoryUsage().arrayBuffers
    let most = 0
    const watch = setInterval(() => {
      most = Math.max(most, process.memoryUsage().arrayBuffers - before)
    }, 20)
    const { record } = await describe(file, undefined, rulesOf(), noTags)
    clearInterval(watch)
    expect(record.target_name).toBe('in the tar')
    expect(most).toBeGreaterThan(0)
    expect(most).toBeLessThan(100 * 2 ** 20)
  })

  test('for a hundred thousand members', async () => {
    const small = Buffer.concat(memberOf({ name: 'n' }))
    const many = Buffer.alloc(small.length * 100_000, small)
    const bytes = new Uint8Array(gzipSync(Buffer.concat([many, tarOf([IMAGE])])))
    expect((await read(bytes)).record.target_name).toBe('in the tar')
  })
})

/** Bytes, so many zeros, and other bytes. */
function chunks(first: Uint8Array, zeros: number, last: Uint8Array): UnderlyingDefaultSource<Uint8Array> {
  const piece = new Uint8Array(2 ** 18)
  let left = zeros
  return {
    start: (controller) => controller.enqueue(first),
    pull(controller) {
      if (left > 0) {
        left -= piece.length
        controller.enqueue(piece)
        return
      }
      controller.enqueue(last)
      controller.close()
    },
  }
}
