import { product } from '../header/header.ts'
import type { DataReader } from './data_reader.ts'
import type { PackedImage } from './image.ts'
import { createPixelWriter } from './pixels.ts'
import { readTileNumber, readTilePlaces, tilePacking, unpackTile } from './tiles.ts'

/** Yield at least this many bytes at a time (several rows of tiles), except at the end. */
const PIECE = 256 * 1024

/**
 * The pixels of an image as big-endian bytes, several rows of tiles at a time, without padding.
 * @throws FitsError for damaged data
 */
export async function* unpackImage(reader: DataReader, image: PackedImage): AsyncGenerator<Uint8Array> {
  if (!image.length) return
  const { sizes, tile, across } = image
  const tiles = sizes.map((size, i) => Math.ceil(size / tile[i]!))
  const count = product(tiles)
  const table = await reader.copy(0, count * image.rowLength)
  const rows = new DataView(table.buffer)
  const places = readTilePlaces(image, rows, count, reader)
  const perBand = product(tiles.slice(0, across))
  const plane = product(sizes.slice(0, across))
  const pixel = Math.abs(image.bitpix) / 8
  const scratch = new Int32Array(product(tile))
  const bands = count / perBand
  const bandHeight = (band: number) => {
    const from = (band % tiles[across]!) * tile[across]!
    return Math.min(tile[across]!, sizes[across]! - from)
  }
  for (let band = 0; band < bands; ) {
    let bytes = 0
    let stop = band
    while (stop < bands && (stop === band || bytes < PIECE)) bytes += plane * bandHeight(stop++) * pixel
    const out = new DataView(new ArrayBuffer(bytes))
    for (let at = 0; band < stop; band++) {
      const height = bandHeight(band)
      for (let i = 0; i < perBand; i++) {
        const index = band * perBand + i
        const packing = tilePacking(places, index)
        const position = places.positions[index]!
        const length = places.lengths[index]!
        let found = reader.find(position, length)
        if (found < 0) {
          reader.release(places.least[index]!)
          found = await reader.load(position, length)
        }
        const { starts, lengths } = locateTile(image, tiles, i, height)
        const unpacked = unpackTile(image, packing, reader, found, length, lengths, product(lengths), scratch)
        const number = (value: PackedImage['scale']) => readTileNumber(value, rows, index, image.rowLength)
        const scaling = {
          scale: number(image.scale),
          zero: number(image.zero),
          blank: number(image.blank),
          tile: index,
        }
        const put = createPixelWriter(image, unpacked, scaling, packing !== 'packed')
        copyRuns(sizes, starts, lengths, (from, run, to) => put(from, run, out, at + to * pixel))
      }
      at += plane * height * pixel
    }
    yield new Uint8Array(out.buffer)
  }
}

/**
 * Where the i-th tile of a row of tiles begins within the row, and its size, per axis up to
 * `across`.
 */
function locateTile({ sizes, tile, across }: PackedImage, tiles: number[], i: number, height: number) {
  const starts: number[] = []
  const lengths: number[] = []
  let rest = i
  for (let axis = 0; axis < across; axis++) {
    const start = (rest % tiles[axis]!) * tile[axis]!
    rest = Math.floor(rest / tiles[axis]!)
    starts.push(start)
    lengths.push(Math.min(tile[axis]!, sizes[axis]! - start))
  }
  starts.push(0)
  lengths.push(height)
  return { starts, lengths }
}

/**
 * Calls `put` for each contiguous run of a tile: first pixel within the tile, count, first pixel
 * within the row of tiles.
 */
function copyRuns(
  sizes: number[],
  starts: number[],
  lengths: number[],
  put: (from: number, run: number, to: number) => void,
): void {
  // axes on which the tile spans the whole image belong to the run
  let run = lengths[0]!
  let axis = 1
  while (axis < lengths.length && lengths[axis - 1] === sizes[axis - 1]) run *= lengths[axis++]!
  const strides = lengths.map((_, i) => product(sizes.slice(0, i)))
  const first = starts.reduce((sum, start, i) => sum + start * strides[i]!, 0)
  const whole = product(lengths)
  const at = lengths.map(() => 0)
  for (let from = 0, to = first; from < whole; from += run) {
    put(from, run, to)
    for (let i = axis; i < lengths.length; i++) {
      to += strides[i]!
      if (++at[i]! < lengths[i]!) break
      to -= lengths[i]! * strides[i]!
      at[i] = 0
    }
  }
}
