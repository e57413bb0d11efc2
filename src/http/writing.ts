import type { Pool } from '../database/open.ts'
import type { RequestContext } from './context.ts'
import { POSITION_HEADER, writePosition } from './position.ts'

/**
 * The writer in the name of a request. Where there is a replica, each transaction that is committed
 * is remembered for its caller, before it counts as done, so that what they read next knows of it.
 */
export function writing(c: RequestContext): Pool {
  const { writer, replica, ownWrites, keys, log } = c.env
  const { caller } = c.var
  if (!replica) return writer
  let last = 0
  return writer.withLimits({
    async committed(position) {
      last = Math.max(last, position)
      // an answer of many lines has begun before the last of them is written
      if (!c.finalized) c.header(POSITION_HEADER, writePosition(keys, last))
      if (caller.kind !== 'user') return
      await ownWrites
        .note(caller.id, position)
        .catch((error) => log.warn('where a write is could not be remembered', { error: String(error) }))
    },
  })
}
