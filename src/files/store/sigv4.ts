import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js'

/** Hashes of text, answered at once and as hexadecimal digits. */
export interface Digests {
  sha256(text: string): string
  /** HMAC-SHA-256 under one key, for many texts that begin alike. */
  hmac(key: Uint8Array, start: string): (rest: string) => string
}

const encoder = new TextEncoder()

/** Digests for every runtime. Node's own are several times as fast. */
export const portableDigests: Digests = {
  sha256: (text) => bytesToHex(sha256(encoder.encode(text))),
  hmac(key, start) {
    const begun = hmac.create(sha256, key).update(encoder.encode(start))
    return (rest) => bytesToHex(begun.clone().update(encoder.encode(rest)).digest())
  },
}

export interface Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  /** Of temporary credentials. */
  readonly sessionToken?: string | null
}

/** Where a bucket's objects are. */
export interface Location {
  /** Scheme, host and port, as in `https://bucket.s3.us-west-2.amazonaws.com`. */
  readonly origin: string
  /** What goes before the key in the path, percent-encoded, from `/` to `/`: with the bucket's name where the host does not hold it. */
  readonly prefix: string
  readonly region: string
}

export interface Wanted {
  /** The object's key; any text. */
  path: string
  versionId: string
  credentials: Credentials
  /** When the URL is signed, in milliseconds since 1970; whole seconds count. */
  at: number
  /** How long from then it is valid, in seconds. */
  validS: number
}

/** Everything but the parts of one object, which is the same for all that are signed at one time. */
interface Head {
  credentials: Credentials
  at: number
  /** The query before and after the signature, up to the version. */
  before: string
  /** The signature of a canonical request, given its hash. */
  sign: (hash: string) => string
}

const escapes = (char: string): string => `%${char.charCodeAt(0).toString(16).toUpperCase()}`

/** RFC 3986's percent-encoding, as SigV4 wants it. */
const encode = (text: string): string => encodeURIComponent(text).replace(/[!'()*]/g, escapes)

const PLAIN = /^[\w.~/-]*$/
export const encodeKey = (key: string): string => (PLAIN.test(key) ? key : encode(key).replaceAll('%2F', '/'))

/**
 * Signs GETs of object versions (AWS Signature Version 4, in the query). The signing key and all that does not depend on the object are
 * kept from one URL to the next, so that a URL costs one SHA-256 and one HMAC. The URLs are those of @aws-sdk/s3-request-presigner, byte
 * for byte.
 */
export function presigner({ origin, prefix, region }: Location, digests: Digests): (wanted: Wanted) => string {
  const start = `GET\n${prefix}`
  const end = `\nhost:${new URL(origin).host}\n\nhost\nUNSIGNED-PAYLOAD`
  /** By lifetime, of which there are two. */
  const heads = new Map<number, Head>()

  function head({ credentials, at, validS }: Wanted): Head {
    const kept = heads.get(validS)
    if (kept && kept.at === at && kept.credentials === credentials) return kept
    const time = `${new Date(at).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`
    const scope = `${time.slice(0, 8)}/${region}/s3/aws4_request`
    const token = credentials.sessionToken ? `&X-Amz-Security-Token=${encode(credentials.sessionToken)}` : ''
    const made: Head = {
      credentials,
      at,
      before:
        'X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Content-Sha256=UNSIGNED-PAYLOAD' +
        `&X-Amz-Credential=${encode(`${credentials.accessKeyId}/${scope}`)}&X-Amz-Date=${time}&X-Amz-Expires=${validS}${token}`,
      sign: digests.hmac(
        signingKey(credentials.secretAccessKey, scope, digests),
        `AWS4-HMAC-SHA256\n${time}\n${scope}\n`,
      ),
    }
    heads.set(validS, made)
    return made
  }

  return (wanted) => {
    const { before, sign } = head(wanted)
    const path = encodeKey(wanted.path)
    const after = `&X-Amz-SignedHeaders=host&versionId=${encode(wanted.versionId)}&x-id=GetObject`
    const signature = sign(digests.sha256(`${start}${path}\n${before}${after}${end}`))
    return `${origin}${prefix}${path}?${before}&X-Amz-Signature=${signature}${after}`
  }
}

/** The key of one day, region and service: the parts of the scope hashed one into the other. */
export function signingKey(secret: string, scope: string, digests: Digests): Uint8Array {
  return scope
    .split('/')
    .reduce((key, part) => hexToBytes(digests.hmac(key, part)('')), encoder.encode(`AWS4${secret}`) as Uint8Array)
}
