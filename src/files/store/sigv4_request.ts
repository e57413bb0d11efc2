import { type Credentials, type Digests, encodeKey, type Location, signingKey } from './sigv4.ts'

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

/** A day's key. */
interface Kept {
  credentials: Credentials
  scope: string
  sign: (rest: string) => string
}

/**
 * Signs requests for objects (AWS Signature Version 4, in the Authorization header) without their bodies (UNSIGNED-PAYLOAD). The day's
 * signing key is kept, so that a request costs one SHA-256 and one HMAC. The signatures are those of the SDK.
 */
export function requestSigner({ origin, prefix, region }: Location, digests: Digests): (request: Unsigned) => Signed {
  const { host } = new URL(origin)
  let kept: Kept | undefined

  function keyOf(credentials: Credentials, day: string): Kept {
    const scope = `${day}/${region}/s3/aws4_request`
    if (kept?.scope === scope && kept.credentials === credentials) return kept
    const key = signingKey(credentials.secretAccessKey, scope, digests)
    kept = { credentials, scope, sign: digests.hmac(key, 'AWS4-HMAC-SHA256\n') }
    return kept
  }

  return ({ method, key, query, headers: given, credentials, at }) => {
    const time = `${new Date(at).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`
    const { scope, sign } = keyOf(credentials, time.slice(0, 8))
    const headers: Record<string, string> = {
      ...given,
      host,
      'x-amz-content-sha256': 'UNSIGNED-PAYLOAD',
      'x-amz-date': time,
    }
    if (credentials.sessionToken) headers['x-amz-security-token'] = credentials.sessionToken
    const names = Object.keys(headers).sort()
    const path = `${prefix}${encodeKey(key)}`
    const lines = names.map((name) => `${name}:${plain(headers[name]!)}\n`).join('')
    const signed = names.join(';')
    const canonical = `${method}\n${path}\n${query}\n${lines}\n${signed}\nUNSIGNED-PAYLOAD`
    const signature = sign(`${time}\n${scope}\n${digests.sha256(canonical)}`)
    headers.authorization = `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${scope}, SignedHeaders=${signed}, Signature=${signature}`
    return { path: query ? `${path}?${query}` : path, headers }
  }
}

/** A header's value as it is signed. */
const plain = (value: string): string => value.replace(/[ \t]+/g, ' ').replace(/^ | $/g, '')
