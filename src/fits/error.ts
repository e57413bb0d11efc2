/** Not a FITS file, or a damaged, truncated or unsupported one. The message is meant for people. */
export class FitsError extends Error {
  override readonly name = 'FitsError'
}
