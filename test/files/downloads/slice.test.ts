import { expect, test } from 'vitest'
import { slice } from '../../../src/files/downloads/slice.ts'

/** Two chunks of four bytes, and then an error, as of a checksum that is wrong. */
const damaged = () => {
  const chunks = [Uint8Array.of(0, 1, 2, 3), Uint8Array.of(4, 5, 6, 7)]
  return new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        const chunk = chunks.shift()
        if (chunk) controller.enqueue(chunk)
        else controller.error(new Error('wrong checksum'))
      },
    },
    { highWaterMark: 0 },
  )
}
const read = async (start: number, end: number) => [
  ...new Uint8Array(await new Response(slice(damaged(), { start, end })).arrayBuffer()),
]

test('a range that ends before asks for nothing more; one that reads on hears of an error after the last byte', async () => {
  expect(await read(2, 5)).toEqual([2, 3, 4, 5])
  expect(await read(0, 3)).toEqual([0, 1, 2, 3])
  await expect(read(2, Number.POSITIVE_INFINITY)).rejects.toThrow('wrong checksum')
})
