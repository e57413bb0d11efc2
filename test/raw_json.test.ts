import fc from 'fast-check'
import { expect, test } from 'vitest'
import { RawJson, writeJson } from '../src/raw_json.ts'

const { node: anything } = fc.letrec<{ node: unknown }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 4 },
    fc.string({ unit: 'binary' }),
    fc.constantFrom('{"":0}', '"', '\\', '\u2028', '\ud800', '\0', undefined, null, Number.NaN, 1e-7, 1e21),
    fc.double(),
    fc.json().map((text) => new RawJson(JSON.stringify(JSON.parse(text)))),
    fc.array(tie('node')),
    fc.dictionary(fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('', '{"":0}')), tie('node')),
  ),
}))

test('raw parts are put in where they stand', () => {
  const value = { a: new RawJson('[1.5]'), b: ['{"":0}', new RawJson('{"":0}')], c: undefined }
  expect(writeJson(value)).toBe('{"a":[1.5],"b":["{\\"\\":0}",{"":0}]}')
})

test('a value is written as JSON.stringify writes it', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), anything), (value) => {
      expect(writeJson(value)).toBe(JSON.stringify(value))
    }),
    { numRuns: 500 },
  )
})

test('a member that looks like the mark of a raw part is no raw part', () => {
  const value = [{ '': 0 }, new RawJson('[1]'), { '': 0 }]
  expect(writeJson(value)).toBe('[{"":0},[1],{"":0}]')
})

test('what cannot be written leaves nothing behind', () => {
  const broken = {
    toJSON() {
      throw new Error('broken')
    },
  }
  expect(() => writeJson([new RawJson('[1]'), broken])).toThrow('broken')
  expect(JSON.stringify(new RawJson('[1]'))).toBe('[1]')
})
