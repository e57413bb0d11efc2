import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readArray, writeArray } from '../../src/database/arrays.ts'

test('arrays of numbers come back as they were', () => {
  const numbers = fc.array(fc.option(fc.oneof(fc.integer(), fc.double({ noDefaultInfinity: true, noNaN: true }))))
  fc.assert(
    fc.property(numbers, (items) => {
      expect(readArray(writeArray(items), Number)).toEqual(
        items.map((item) => (item === null ? null : Number(String(item)))),
      )
    }),
  )
})

test('arrays of text come back as they were', () => {
  const texts = fc.array(fc.option(fc.oneof(fc.string(), fc.constantFrom('', 'NULL', '1,2', '{}', '"', '\\', 'a\nb'))))
  fc.assert(
    fc.property(texts, (items) => {
      expect(readArray(writeArray(items), String)).toEqual(items)
    }),
  )
})

test('plain and quoted items are read alike', () => {
  expect(readArray('{}', Number)).toEqual([])
  expect(readArray('{1,-2,3.5}', Number)).toEqual([1, -2, 3.5])
  expect(readArray('{1,NULL,3}', Number)).toEqual([1, null, 3])
  expect(readArray('{bpl,"a, b",2016-01-02}', String)).toEqual(['bpl', 'a, b', '2016-01-02'])
})
