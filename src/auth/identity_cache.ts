import { bytesToHex } from '@noble/hashes/utils.js'

/** How long a token's holder and that user's rights are believed. */
export const HOLDER_SECONDS = 60

/** The keys under which the cache keeps who is who. A hash is that of the token. */
export const cacheKeys = {
  /** The id of an archive token's user. */
  holder: (hash: Uint8Array) => `holder:${bytesToHex(hash)}`,
  /** The id of the user for whom the portal vouched with a bearer token. */
  bearer: (hash: Uint8Array) => `bearer:${bytesToHex(hash)}`,
  /** Whether a token was refused a moment ago. */
  refused: (hash: Uint8Array) => `refused:${bytesToHex(hash)}`,
  user: (id: number) => `user:${id}`,
  proposals: (id: number) => `proposals:${id}`,
}
