import { createHash } from 'node:crypto'
import type { Md5 } from '../../files/store/local.ts'

/** Node's MD5, some ten times as fast as one in JavaScript. */
export const nodeMd5 = (): Md5 => {
  const hash = createHash('md5')
  return { update: (bytes) => hash.update(bytes), hex: () => hash.digest('hex') }
}
