/** The bytes are no FITS file, are damaged or cut short, or use something that cannot be unpacked. The message is for people. */
export class FitsError extends Error {
  override readonly name = 'FitsError'
}
