import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { deriveKeys, type Keys } from '../../src/auth/keys.ts'
import { isSignature, open, type Payload, seal, signatureOf } from '../../src/seal.ts'

let keys: Keys
beforeAll(async () => {
  keys = await deriveKeys('a key of the tests')
})

const value = fc.oneof(fc.string({ unit: 'binary' }), fc.integer(), fc.constant(null))
const payload = fc.array(fc.oneof(value, fc.array(value, { maxLength: 200 })), { maxLength: 10 })

test('a word is safe in a URL and opens to what was sealed, for its purpose alone', () => {
  fc.assert(
    fc.property(payload, (given) => {
      // JSON has no lone surrogates
      const wellFormed = JSON.parse(JSON.stringify(given).toWellFormed()) as Payload
      const word = seal(keys, 'a', wellFormed)
      expect(word).toMatch(/^[\w-]+$/)
      expect(open(keys, 'a', word)).toEqual(wellFormed)
      expect(open(keys, 'b', word)).toBe(null)
    }),
  )
})

test('a word that was changed, cut, lengthened or made up does not open', async () => {
  const word = seal(keys, 'a', ['text', 1, [2, 3]])
  for (let i = 0; i < word.length; i++) {
    expect(open(keys, 'a', word.slice(0, i))).toBe(null)
    expect(open(keys, 'a', word.slice(0, i) + (word[i] === 'A' ? 'B' : 'A') + word.slice(i + 1))).toBe(null)
  }
  for (const other of [`${word}A`, '', '~', '%', 'ä'.repeat(40)]) expect(open(keys, 'a', other)).toBe(null)
  expect(open(await deriveKeys('another key'), 'a', word)).toBe(null)
})

test('values do not run into each other', () => {
  const signature = signatureOf(keys, 'file', ['a\nb', 'c', 1])
  expect(isSignature(keys, 'file', ['a\nb', 'c', 1], signature)).toBe(true)
  for (const other of [
    ['a', 'b\nc', 1],
    ['a\nb', 'c', '1'],
    ['a\nb', 'c\n1'],
    ['a\nb,c', 1],
  ] as Payload[])
    expect(isSignature(keys, 'file', other, signature)).toBe(false)
})
