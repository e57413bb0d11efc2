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
  /**
   * What goes before the key in the path, percent-encoded, from `/` to `/`: with the bucket's name
   * where the host does not hold it.
   */
  readonly prefix: string
  readonly region: string
}

/** A GET of an object's version that is to be signed. */
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

/** What all URLs that are signed at one time have in common. */
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
export const encode = (text: string): string => encodeURIComponent(text).replace(/[!'()*]/g, escapes)

const PLAIN = /^[\w.~/-]*$/
const encodeKey = (key: string): string => (PLAIN.test(key) ? key : encode(key).replaceAll('%2F', '/'))

/** Milliseconds since 1970 as `20160102T030405Z`. */
const timeText = (at: number): string => `${new Date(at).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`

/** What a signing key is good for: a day, a region and the service. */
const scopeOf = (time: string, region: string): string => `${time.slice(0, 8)}/${region}/s3/aws4_request`

/** The signing key of a scope, whose parts are hashed one into the other. */
const signingKey = (secret: string, scope: string, digests: Digests): Uint8Array =>
  scope
    .split('/')
    .reduce<Uint8Array>((key, part) => hexToBytes(digests.hmac(key, part)('')), encoder.encode(`AWS4${secret}`))

/**
 * Signs GETs of object versions (AWS Signature Version 4, in the query). The signing key and all
 * that does not depend on the object are kept, so that a URL costs one SHA-256 and one HMAC. The
 * URLs are those of @aws-sdk/s3-request-presigner, byte for byte.
 */
export function presigner({ origin, prefix, region }: Location, digests: Digests): (wanted: Wanted) => string {
  const start = `GET\n${prefix}`
  const end = `\nhost:${new URL(origin).host}\n\nhost\nUNSIGNED-PAYLOAD`
  /** By lifetime, of which there are two. */
  const heads = new Map<number, Head>()

  function head({ credentials, at, validS }: Wanted): Head {
    const kept = heads.get(validS)
    if (kept && kept.at === at && kept.credentials === credentials) return kept
    const time = timeText(at)
    const scope = scopeOf(time, region)
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

/** A request that is to be signed. */
export interface Unsigned {
  method: string
  /** The object's key; any text. */
  key: string
  /** In the form in which it is signed: names sorted, percent-encoded. */
  query: string
  /** Names in lower case. All are signed. */
  headers: Readonly<Record<string, string>>
  credentials: Credentials
  /** Milliseconds since 1970; whole seconds count. */
  at: number
}

export interface Signed {
  /** With the query. */
  path: string
  headers: Record<string, string>
}

/**
 * Signs requests for objects (AWS Signature Version 4, in the Authorization header) without their
 * bodies. The day's signing key is kept, so that a request costs one SHA-256 and one HMAC. The
 * signatures are those of the SDK.
 */
export function requestSigner({ origin, prefix, region }: Location, digests: Digests): (request: Unsigned) => Signed {
  const { host } = new URL(origin)
  let kept: { credentials: Credentials; scope: string; sign: (rest: string) => string } | undefined

  function signerOf(credentials: Credentials, scope: string): (rest: string) => string {
    if (kept?.scope !== scope || kept.credentials !== credentials) {
      const key = signingKey(credentials.secretAccessKey, scope, digests)
      kept = { credentials, scope, sign: digests.hmac(key, 'AWS4-HMAC-SHA256\n') }
    }
    return kept.sign
  }

  return ({ method, key, query, headers: given, credentials, at }) => {
    const time = timeText(at)
    const scope = scopeOf(time, region)
    const headers: Record<string, string> = {
      ...given,
      host,
      'x-amz-content-sha256': 'UNSIGNED-PAYLOAD',
      'x-amz-date': time,
    }
    if (credentials.sessionToken) headers['x-amz-security-token'] = credentials.sessionToken
    const names = Object.keys(headers).sort()
    const path = `${prefix}${encodeKey(key)}`
    const lines = names.map((name) => `${name}:${oneSpaced(headers[name]!)}\n`).join('')
    const signed = names.join(';')
    const canonical = `${method}\n${path}\n${query}\n${lines}\n${signed}\nUNSIGNED-PAYLOAD`
    const signature = signerOf(credentials, scope)(`${time}\n${scope}\n${digests.sha256(canonical)}`)
    headers.authorization = `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${scope}, SignedHeaders=${signed}, Signature=${signature}`
    return { path: `${path}?${query}`, headers }
  }
}

/** A header's value as it is signed. */
const oneSpaced = (value: string): string => value.replace(/[ \t]+/g, ' ').replace(/^ | $/g, '')
