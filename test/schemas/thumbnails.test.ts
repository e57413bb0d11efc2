import { expect, test } from 'vitest'
import { thumbnailToPut } from '../../src/schemas/thumbnails.ts'

test('the schema of a thumbnail is that of its sizes and configuration types, whichever was asked for before', () => {
  const types = ['EXPOSE']
  const sizeOf = (sizes: readonly string[], size: string) => thumbnailToPut(sizes, types).shape.size.safeParse(size)
  const [few, many] = [['tiny'], ['small', 'large']]
  expect([sizeOf(few, 'tiny').success, sizeOf(few, 'large').success]).toEqual([true, false])
  expect([sizeOf(many, 'tiny').success, sizeOf(many, 'large').success]).toEqual([false, true])
  expect(thumbnailToPut(few, types)).toBe(thumbnailToPut(few, types))
})
