/** What tells one content from another. */
export interface Validators {
  /** An entity tag with its quotes; null: the bytes are not certain to be the same next time. */
  etag: string | null
  modified: Date | null
}

const seconds = (date: Date): number => Math.floor(date.getTime() / 1000)
const tagsOf = (list: string): string[] => list.split(',').map((tag) => tag.trim())
const weak = (tag: string): string => tag.replace(/^W\//, '')

/**
 * What a request's conditions come to (RFC 9110, section 13), those of ranges apart.
 * @returns `failed`: what the client wants is not what there is (412); `not modified`: the client
 * has it already (304); null: go on
 */
export function judge(headers: Headers, { etag, modified }: Validators): 'failed' | 'not modified' | null {
  const match = headers.get('if-match')
  if (match !== null) {
    const isStrong = etag !== null && !etag.startsWith('W/')
    if (match.trim() !== '*' && !(isStrong && tagsOf(match).includes(etag))) return 'failed'
  } else if (modified !== null) {
    // what is no date is no condition
    if (seconds(modified) * 1000 > Date.parse(headers.get('if-unmodified-since') ?? '')) return 'failed'
  }
  const none = headers.get('if-none-match')
  if (none !== null) {
    const isKnown = etag !== null && tagsOf(none).some((tag) => weak(tag) === weak(etag))
    return isKnown || none.trim() === '*' ? 'not modified' : null
  }
  const since = Date.parse(headers.get('if-modified-since') ?? '')
  return modified !== null && seconds(modified) * 1000 <= since ? 'not modified' : null
}

/**
 * Whether If-Range allows a range: by a strong ETag or the exact date of what the client has the
 * beginning of; `otherwise` without one.
 */
export function mayContinue(headers: Headers, { etag, modified }: Validators, otherwise = true): boolean {
  const wanted = headers.get('if-range')?.trim()
  if (wanted === undefined) return otherwise
  if (wanted.startsWith('"') || wanted.startsWith('W/')) return wanted === etag
  return modified !== null && seconds(modified) * 1000 === Date.parse(wanted)
}
