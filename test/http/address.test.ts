import { expect, test } from 'vitest'
import { networkOf } from '../../src/http/address.ts'
import type { RequestContext } from '../../src/http/operation.ts'

test.each([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['2001:db8:0:7::1', '2001:db8:0:7::/64'],
  ['2001:0DB8:0000:0007:ffff::1', '2001:db8:0:7::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  [undefined, ''],
])('failures from %s are counted for %s', (address, network) => {
  expect(networkOf({ req: { header: () => address } } as unknown as RequestContext)).toBe(network)
})
