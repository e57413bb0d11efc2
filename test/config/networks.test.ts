import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isWithin, parseConfig } from '../../src/config/config.ts'
import { refused } from '../support/refusal.ts'

describe('trusted proxies', () => {
  const trusts = (TRUSTED_PROXIES: string | undefined, address: string | undefined) =>
    isWithin(parseConfig({ TRUSTED_PROXIES }).trustedProxies, address)

  test.each([
    [undefined, '127.0.0.1'],
    [undefined, '127.9.9.9'],
    [undefined, '::1'],
    [undefined, '::ffff:127.0.0.1'],
    ['Loopback', '0:0:0:0:0:0:0:1'],
    ['10.1.2.3', '10.1.2.3'],
    ['10.0.0.0/8, 192.168.1.0/24', '192.168.1.255'],
    ['10.9.9.9/8', '10.0.0.1'],
    ['172.16.0.0/12', '172.31.255.255'],
    ['0.0.0.0/0', '8.8.8.8'],
    ['fd00::/8', 'fdab:1::2'],
    ['2001:db8::/33', '2001:db8:7fff::1'],
    ['fe80::/10', 'fe80::1%eth0'],
    ['::ffff:10.0.0.0/104', '10.200.0.1'],
    ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
    ['2001:DB8::A', '2001:db8::a'],
    ['64:ff9b::10.0.0.1', '64:ff9b::a00:1'],
  ])('%j trusts %s', (proxies, address) => {
    expect(trusts(proxies, address)).toBe(true)
  })

  test.each([
    [undefined, '10.0.0.1'],
    [undefined, '::2'],
    [undefined, undefined],
    [undefined, ''],
    [undefined, 'localhost'],
    [undefined, '127.0.0.1, 8.8.8.8'],
    ['', '127.0.0.1'],
    ['10.1.2.3', '10.1.2.4'],
    ['172.16.0.0/12', '172.32.0.0'],
    ['2001:db8::/33', '2001:db8:8000::1'],
    ['::/0', '8.8.8.8'],
    ['0.0.0.0/0', '2001:db8::1'],
    ['0.0.0.0/0', '8.8.8.256'],
  ])('%j does not trust %s', (proxies, address) => {
    expect(trusts(proxies, address)).toBe(false)
  })

  test.each([
    'proxy.example',
    '10.0.0',
    '10.0.0.256',
    '010.0.0.1',
    '10.0.0.0/33',
    '10.0.0.0/',
    '10.0.0.0/-1',
    '::/129',
    '1::2::3',
    ':1',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4::5:6:7:8',
    '12345::',
    '10.0.0.1::',
    '::ffff:10.0.0.0/95',
    'loopback/8',
  ])('%j is refused', (TRUSTED_PROXIES) => {
    expect(refused({ TRUSTED_PROXIES })).toEqual(['TRUSTED_PROXIES'])
  })

  test('a network holds exactly the addresses that share its prefix', () => {
    const address = fc.integer({ min: 0, max: 0xffffffff })
    const dotted = (n: number) => [24, 16, 8, 0].map((shift) => (n >>> shift) & 255).join('.')
    fc.assert(
      fc.property(address, address, fc.integer({ min: 0, max: 32 }), (network, client, bits) => {
        const size = 2 ** (32 - bits)
        const inside = Math.floor(network / size) === Math.floor(client / size)
        expect(trusts(`${dotted(network)}/${bits}`, dotted(client))).toBe(inside)
      }),
    )
  })
})
