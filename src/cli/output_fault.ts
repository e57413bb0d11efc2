/** Why standard output cannot be written to, in words. */
export function describeOutputFault({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'EPIPE') return 'nobody reads it any more'
  return code === 'ENOSPC' ? 'its disk is full' : message
}
