import { pbkdf2Sync } from 'node:crypto'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { hashInTurns, hashPassword, verifyPassword } from '../../src/auth/passwords.ts'

/** Made by Django 3.2 (a user of the reference's database) and Django 5.2. */
const OF_DJANGO = [
  ['rivendell', 'pbkdf2_sha256$260000$bKQHbOToXyQDIqJvlk2Ehq$kKLC9q2+iVaKxlOdAYo0qBB1X1/cKcV9NXaDC862A9w='],
  ['rivendell', 'pbkdf2_sha256$1000000$TjQGClCCHATV3a34wxnbQ1$A83yH2hOxNjAkVbL5F2apD5D0l6NDr8lg1DI+dX+72E='],
  ['correct horse', 'pbkdf2_sha256$1000$sAltOfTheTests00000022$DDfjT7cFRdY6loGU2VafdXHuKrUPp115hANfZv9MSls='],
  ['пароль 🔭', 'pbkdf2_sha256$20000$sAltOfTheTests00000022$UUTE55Ew2vhgpjIr1UKyA2afM/8Q4kF5T4GOnwajjcg='],
  ['', 'pbkdf2_sha256$1$sAltOfTheTests00000022$a4RwrC5eIt+/keBZA23hEbx/1X9P6zIGSOcHAKk+g98='],
] as const
const [password, encoded] = OF_DJANGO[2]

afterEach(() => {
  vi.restoreAllMocks()
})

describe('hashes of Django', () => {
  test.each(OF_DJANGO)('%j verifies against %s', async (right, hash) => {
    expect(await verifyPassword(right, hash)).toBe(true)
  })

  test.each(OF_DJANGO)('nothing but %j does', async (right, hash) => {
    for (const wrong of [`${right} `, right.toUpperCase() || 'x', `${right}\0x`, 'x']) {
      expect(await verifyPassword(wrong, hash), wrong).toBe(false)
    }
  })
})

describe('what is no usable hash never verifies, nor throws', () => {
  const hash = encoded.slice(encoded.lastIndexOf('$') + 1)
  test.each([
    ['empty', ''],
    ['unusable', '!c4viNCj12t5AOXLHHEE9Gv0QV9uqPZIL4foEuJb7'],
    ['unusable, with the right hash', `!${encoded}`],
    ['plain text', password],
    ['another algorithm', `pbkdf2_sha1$1000$sAltOfTheTests00000022$${hash}`],
    ['no salt', `pbkdf2_sha256$1000$$${hash}`],
    ['no hash', 'pbkdf2_sha256$1000$sAltOfTheTests00000022$'],
    ['half a hash', encoded.slice(0, -10)],
    ['more after it', `${encoded}$`],
    ['a line feed after it', `${encoded}\n`],
    ['another last bit', encoded.replace('MSls=', 'MSlt=')],
    ['another salt', encoded.replace('sAlt', 'SAlt')],
    ['another count', encoded.replace('$1000$', '$1001$')],
    ['no iterations', encoded.replace('$1000$', '$0$')],
    ['a negative count', encoded.replace('$1000$', '$-1000$')],
    ['a count that is no number', encoded.replace('$1000$', '$1e3$')],
    ['a count of another spelling', encoded.replace('$1000$', '$01000$')],
  ])('%s', async (_, text) => {
    expect(await verifyPassword(password, text)).toBe(false)
    expect(await verifyPassword('', text)).toBe(false)
  })

  test('a count above ten million is refused without being computed, and what is no hash takes the time of one', async () => {
    const derive = vi.spyOn(crypto.subtle, 'deriveBits')
    for (const text of ['10000001', '99999999', '4294967296', '9'.repeat(30)].map((n) =>
      encoded.replace('$1000$', `$${n}$`),
    ))
      expect(await verifyPassword(password, text)).toBe(false)
    for (const text of ['', '!', 'md5$x$y']) expect(await verifyPassword(password, text)).toBe(false)
    expect(derive.mock.calls.map(([algorithm]) => (algorithm as Pbkdf2Params).iterations)).toEqual(
      Array(7).fill(600_000),
    )
    derive.mockClear()
    await verifyPassword(password, encoded)
    expect(derive).toHaveBeenCalledOnce()
  })
})

describe('new hashes', () => {
  test('are in Django’s form, by the platform’s own PBKDF2', async () => {
    const made = await hashPassword('пароль 🔭')
    const [algorithm, iterations, salt = '', hash] = made.split('$')
    expect([algorithm, iterations]).toEqual(['pbkdf2_sha256', '600000'])
    expect(salt).toMatch(/^[A-Za-z0-9]{22}$/)
    expect(hash).toBe(pbkdf2Sync('пароль 🔭', salt, 600_000, 32, 'sha256').toString('base64'))
    expect(await verifyPassword('пароль 🔭', made)).toBe(true)
    expect(await verifyPassword('пароль', made)).toBe(false)
  })

  test('of one password differ', async () => {
    expect(await hashPassword('a')).not.toBe(await hashPassword('a'))
  })
})

describe('where WebCrypto limits the iterations, as at Cloudflare', () => {
  const refuse = (name: string) =>
    vi.spyOn(crypto.subtle, 'deriveBits').mockRejectedValue(new DOMException('iteration counts above 100000', name))

  test('passwords still verify and are hashed alike', async () => {
    refuse('NotSupportedError')
    const [right, hash] = OF_DJANGO[0]
    expect(await verifyPassword(right, hash)).toBe(true)
    expect(await verifyPassword('Rivendell', hash)).toBe(false)
    const made = await hashPassword('a')
    vi.restoreAllMocks()
    expect(await verifyPassword('a', made)).toBe(true)
  })

  test('any other failure is not hidden', async () => {
    refuse('OperationError')
    await expect(verifyPassword(password, encoded)).rejects.toThrow('iteration counts')
  })
})

// the last one: this process has turns from here on
test('of a flood some wait for their turn, and the rest are told that too many do', async () => {
  hashInTurns()
  const [right, hash] = OF_DJANGO[4]
  const flood = await Promise.allSettled(Array.from({ length: 60 }, () => verifyPassword(right, hash)))
  const refused = flood.filter((one) => one.status === 'rejected')
  expect(flood.filter((one) => one.status === 'fulfilled' && one.value)).toHaveLength(60 - refused.length)
  expect(refused).toHaveLength(19)
  expect(refused[0]!.reason).toMatchObject({ code: 'busy' })
  expect(await verifyPassword(right, hash)).toBe(true)
})
