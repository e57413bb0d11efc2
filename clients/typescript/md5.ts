import { md5 as noble } from '@noble/hashes/legacy.js'

/** An MD5 in the making: no runtime's Web Crypto has it. */
export interface Md5 {
  update(bytes: Uint8Array): void
  /** The MD5 of all bytes, hexadecimal. */
  hex(): string
}

/** An MD5 of no bytes yet. */
export function md5(): Md5 {
  const hash = noble.create()
  return {
    update: (bytes) => void hash.update(bytes),
    hex: () => [...hash.digest()].map((byte) => byte.toString(16).padStart(2, '0')).join(''),
  }
}
