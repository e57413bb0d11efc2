import { createHmac, hkdfSync } from 'node:crypto'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { deriveKeys, type Keys, newSecretKey, newToken, sameBytes } from '../../src/auth/keys.ts'

const SECRET = 'the secret of the tests'
const TOKEN = 'b5d1fbb01fd482a6c6ee756283ac7575f05968ac'

let keys: Keys
let same: Keys
let others: Keys
beforeAll(async () => {
  keys = await deriveKeys(SECRET)
  same = await deriveKeys(SECRET)
  others = await deriveKeys(`${SECRET}.`)
})

/** The same by the platform's own OpenSSL. What the database holds depends on it: a change here locks everyone out. */
function expectedHmac(label: string, text: string): Buffer {
  const key = hkdfSync('sha256', SECRET, '', label, 32)
  return createHmac('sha256', Buffer.from(key)).update(text).digest()
}

describe('hashToken', () => {
  test('is HMAC-SHA-256 under a key of its own', () => {
    const hash = keys.hashToken(TOKEN)
    expect(hash).toHaveLength(32)
    expect(Buffer.from(hash)).toEqual(expectedHmac('platestack token hash v1', TOKEN))
  })

  test('depends on the token and on SECRET_KEY only', () => {
    expect(same.hashToken(TOKEN)).toEqual(keys.hashToken(TOKEN))
    expect(keys.hashToken(TOKEN.toUpperCase())).not.toEqual(keys.hashToken(TOKEN))
    expect(others.hashToken(TOKEN)).not.toEqual(keys.hashToken(TOKEN))
  })
})

describe('sealToken and openToken', () => {
  test('give the token back, also after a restart', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 200 }), async (token) => {
        expect(await same.openToken(await keys.sealToken(token))).toBe(token)
      }),
      { examples: [[''], ['\ufeffa byte order mark'], ['\0']] },
    )
  })

  test('are versioned text with a fresh nonce each time', async () => {
    const sealed = await Promise.all(Array.from({ length: 50 }, () => keys.sealToken(TOKEN)))
    expect(new Set(sealed).size).toBe(50)
    // 12 of nonce, 40 of token, 16 of tag: 68 bytes are 91 characters.
    for (const text of sealed) expect(text).toMatch(/^v1\.[A-Za-z0-9_-]{91}$/)
    expect(sealed.join()).not.toContain(TOKEN)
  })

  test('under another SECRET_KEY nothing opens', async () => {
    expect(await others.openToken(await keys.sealToken(TOKEN))).toBeNull()
  })

  test('no altered byte opens', async () => {
    const bytes = Buffer.from((await keys.sealToken(TOKEN)).slice(3), 'base64url')
    for (let i = 0; i < bytes.length; i++) {
      const altered = Buffer.from(bytes)
      altered[i]! ^= 1
      expect(await keys.openToken(`v1.${altered.toString('base64url')}`)).toBeNull()
    }
  })

  test('what is no sealed token is null, not an error', async () => {
    const sealed = await keys.sealToken(TOKEN)
    const bad = [
      '',
      'v1.',
      'v1.A',
      'v1.AAAA',
      'v1.====',
      TOKEN,
      sealed.slice(3),
      sealed.replace('v1', 'v2'),
      `${sealed} `,
    ]
    for (const text of [...bad, sealed.slice(0, -4), `${sealed}\n`, `${sealed}AAAA`, `V1${sealed.slice(2)}`]) {
      expect(await keys.openToken(text), text).toBeNull()
    }
  })
})

describe('sign and verify', () => {
  test('a signature is 192 bits, safe in a URL, and the same after a restart', () => {
    const signature = keys.sign('files', '/coj/a.fits')
    const expected = expectedHmac('platestack signature v1', '5:files/coj/a.fits').subarray(0, 24)
    expect(signature).toBe(expected.toString('base64url'))
    expect(signature).toMatch(/^[A-Za-z0-9_-]{32}$/)
    expect(same.verify('files', '/coj/a.fits', signature)).toBe(true)
  })

  test('is valid for its purpose, text and SECRET_KEY only', () => {
    const signature = keys.sign('files', 'abc')
    expect(keys.verify('files', 'abc', signature)).toBe(true)
    expect(keys.verify('cursor', 'abc', signature)).toBe(false)
    expect(keys.verify('files', 'abd', signature)).toBe(false)
    expect(keys.verify('filesa', 'bc', signature)).toBe(false)
    expect(keys.verify('file', 'sabc', signature)).toBe(false)
    expect(others.verify('files', 'abc', signature)).toBe(false)
  })

  test('has one spelling', () => {
    const signature = keys.sign('files', 'abc')
    const wrong = [
      '',
      signature.slice(0, 31),
      `${signature}=`,
      `${signature}A`,
      ` ${signature}`,
      signature.toLowerCase(),
    ]
    for (const text of [...wrong, '\0'.repeat(32), '\u{1f52d}'.repeat(8)]) {
      expect(keys.verify('files', 'abc', text), text).toBe(false)
    }
  })
})

describe('sameSecret', () => {
  test('compares whole strings of any length', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (a, b) => {
        expect(keys.sameSecret(a, b)).toBe(a === b && a !== '')
        expect(keys.sameSecret(a, a)).toBe(a !== '')
      }),
    )
    expect(keys.sameSecret('secret', 'secret\0')).toBe(false)
    expect(keys.sameSecret('x'.repeat(10_000), 'x'.repeat(10_000))).toBe(true)
  })

  test('an unset secret admits nobody', () => {
    expect(keys.sameSecret('', '')).toBe(false)
    expect(keys.sameSecret('', 'guess')).toBe(false)
  })
})

test('each use has a key of its own: the same text gives unlike results', () => {
  const hash = Buffer.from(keys.hashToken('5:filesabc')).toString('base64url')
  expect(hash.startsWith(keys.sign('files', 'abc'))).toBe(false)
})

test('an empty SECRET_KEY is refused', async () => {
  await expect(deriveKeys('')).rejects.toThrow(new RangeError('SECRET_KEY is empty'))
})

test('new tokens look as the reference’s do, new secret keys need no quoting, none comes twice', () => {
  const tokens = Array.from({ length: 500 }, newToken)
  const secrets = Array.from({ length: 500 }, newSecretKey)
  for (const token of tokens) expect(token).toMatch(/^[0-9a-f]{40}$/)
  for (const secret of secrets) expect(secret).toMatch(/^[A-Za-z0-9_-]{43}$/)
  expect(new Set([...tokens, ...secrets]).size).toBe(1000)
})

test('sameBytes tells every differing byte and length', () => {
  const bytes = Uint8Array.from({ length: 32 }, (_, i) => i)
  expect(sameBytes(bytes, bytes.slice())).toBe(true)
  for (let i = 0; i < 32; i++) expect(sameBytes(bytes, bytes.with(i, 255))).toBe(false)
  expect(sameBytes(bytes, bytes.subarray(1))).toBe(false)
  expect(sameBytes(bytes, bytes.subarray(0, 31))).toBe(false)
})
