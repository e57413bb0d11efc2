import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { deriveKeys, type Keys } from '../../src/auth/keys.ts'
import { isSignedUrl, open, type Payload, seal, signUrl } from '../../src/seal.ts'

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

test('the signature of a URL is for its values, which do not run into each other, and for its time', () => {
  const query = signUrl(keys, 'file', ['a\nb', 'c'], 1)
  expect(isSignedUrl(keys, 'file', ['a\nb', 'c'], query, 1000)).toBe(true)
  expect(isSignedUrl(keys, 'file', ['a\nb', 'c'], query, 1001)).toBe(false)
  expect(isSignedUrl(keys, 'file', ['a\nb', 'c'], { ...query, expires: '2' }, 1000)).toBe(false)
  expect(isSignedUrl(keys, 'other', ['a\nb', 'c'], query, 1000)).toBe(false)
  for (const other of [['a', 'b\nc'], ['a\nb', 'c', 1], ['a\nb', 'c\n1'], ['a\nb,c']] as Payload[])
    expect(isSignedUrl(keys, 'file', other, query, 1000)).toBe(false)
})

test('URLs that an earlier release signed are still valid', () => {
  const signature = keys.sign('file', '["a/b","",1]')
  expect(isSignedUrl(keys, 'file', ['a/b', ''], { expires: '1', signature }, 1000)).toBe(true)
})
