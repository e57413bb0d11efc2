import type { S3Config } from '../../config/types.ts'
import type { Location } from './sigv4.ts'

/**
 * Names that can be a label of a host name; those with dots cannot be one that a certificate of S3
 * covers.
 */
const LABEL = /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/

/**
 * Whether the bucket is named in the path. `auto` is what boto3 makes of it: the path on a server
 * of one's own and for names that are no label of a host, else the host. An address has no
 * subdomains, so there it is the path even with `virtual`.
 */
export function isPathStyle({
  endpoint,
  bucket,
  addressingStyle: style,
}: Pick<S3Config, 'endpoint' | 'bucket' | 'addressingStyle'>): boolean {
  if (style === 'path') return true
  const host = endpoint === null ? '' : new URL(endpoint).hostname
  if (/^[\d.]+$/.test(host) || host.startsWith('[')) return true
  return style === 'auto' && (endpoint !== null || !LABEL.test(bucket))
}

/**
 * Where a bucket's objects are, by the SDK's rules for a bucket named by a plain name.
 * @throws Error for a bucket that is named in another way
 */
export function locationOf(config: S3Config): Location {
  const { bucket, endpoint, region } = config
  if (bucket.includes(':')) throw new Error(`BUCKET ${bucket} is of a kind whose URLs the archive cannot sign`)
  const suffix = region.startsWith('cn-') ? '.cn' : ''
  const base = new URL(endpoint ?? `https://s3.${region}.amazonaws.com${suffix}`)
  const path = base.pathname.replace(/\/*$/, '/')
  return !isPathStyle(config) && LABEL.test(bucket)
    ? { origin: `${base.protocol}//${bucket}.${base.host}`, prefix: path, region }
    : { origin: base.origin, prefix: `${path}${bucket}/`, region }
}
