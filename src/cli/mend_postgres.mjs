// Mends of the driver `postgres` 3.4, made where it is bundled. When a connection is lost, the driver forgets its socket but not what it was
// about to write: the rollback of a transaction cut short then writes to no socket, which ends the process, and the next connection of that
// slot never sends its first message. A driver that does not hold these lines any more fails the build: see then whether it needs the mends.
const MENDS = [
  // what is asked of a lost connection fails, like what was under way on it, and leaves the slot to the pool
  [
    'function execute(q) {\n    if (terminated)',
    "function execute(q) {\n    if (!terminated && (socket === null || socket.readyState !== 'open')) {\n      queryError(q, Errors.connection('CONNECTION_CLOSED', options))\n      return true\n    }\n    if (terminated)",
  ],
  // what was not written yet is not for the next connection
  [
    'incomings = null\n    clearImmediate(nextWriteTimer)',
    'incomings = null\n    clearImmediate(nextWriteTimer)\n    chunk = nextWriteTimer = null',
  ],
  // nor does what was asked between the error and the close wait for ever
  ['!hadError && (query || sent.length) && error(', ';(query || sent.length) && error('],
  // a connection that is lost while the driver asks for the types of arrays ends there, and not the process: what waits for it is told already
  ['return fetchArrayTypes()', 'return fetchArrayTypes().catch(() => {})'],
]

export const DRIVER = /node_modules\/postgres\/(src|cf\/src)\/connection\.js$/

/** The text of the driver's connection.js, mended. */
export function mendPostgres(text) {
  return MENDS.reduce((mended, [from, to]) => {
    if (!mended.includes(from)) throw new Error(`the driver postgres has changed: it lacks\n${from}`)
    return mended.replace(from, to)
  }, text)
}
