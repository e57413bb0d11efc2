/** How files begin that are sent by mistake instead of others. */
const BEGINNINGS: readonly (readonly [string, string | RegExp])[] = [
  ['it is packed with gzip: unpack it', '\x1f\x8b'],
  ['it is packed with bzip2: unpack it', 'BZh'],
  ['it is packed with xz: unpack it', '\xfd7zXZ'],
  ['it is packed with zstd: unpack it', '\x28\xb5\x2f\xfd'],
  ['it is a ZIP file: unpack it', 'PK\x03\x04'],
  ['there are line breaks in its header: it was edited, or sent as text', /^SIMPLE {2}=[^\r\n]{0,140}[\r\n]/],
  ['it is a FITS file', 'SIMPLE  ='],
  ['it is a PDF', '%PDF'],
  ['it is a JPEG image', '\xff\xd8\xff'],
  ['it is a web page, perhaps the error that a download gave: fetch it again', /^\s*<(!doctype|html|\?xml)/i],
  ['it only points to a file that Git LFS keeps: fetch that', 'version https://git-lfs'],
  ['it begins with zeros: it was given its size, and not its content. Send it again', '\0\0\0\0\0\0\0\0'],
]

/** Bytes that are enough to tell. */
export const SIGNATURE_BYTES = 160

/** Whether a file begins as a FITS file does. */
export const isFits = (first: Uint8Array): boolean => /^SIMPLE {2}=/.test(String.fromCharCode(...first.subarray(0, 9)))

/**
 * What a file seems to be that is not what its name says, in words for the operator; empty where
 * its first bytes say nothing.
 */
export function describeSignature(first: Uint8Array): string {
  if (!first.length) return 'it is empty: send it again'
  const text = String.fromCharCode(...first.subarray(0, SIGNATURE_BYTES))
  const begins = (beginning: string | RegExp) =>
    typeof beginning === 'string' ? text.startsWith(beginning) : beginning.test(text)
  return BEGINNINGS.find(([, beginning]) => begins(beginning))?.[0] ?? ''
}
