import { type Caller, isSuperuser } from '../caller.ts'
import type { Pool, QueryLimits } from '../database/open.ts'
import { seenPosition } from '../queries/positions.ts'
import type { RequestContext } from './context.ts'
import { laterOf, POSITION_HEADER, readPosition, writePosition } from './position.ts'
import { searching } from './searching.ts'

/**
 * What the reads of a request have to know of: the caller's own writes, those that the client names
 * by the header, and up to a position. Superusers alone write what replicas are read for.
 */
export function knowing(
  c: RequestContext,
  { caller = c.var.caller, upTo = null }: { caller?: Caller; upTo?: number | null } = {},
): QueryLimits {
  const { replica, keys, ownWrites } = c.env
  if (!replica) return {}
  const word = c.req.header(POSITION_HEADER)
  const named = laterOf(upTo, word === undefined ? null : readPosition(keys, word))
  if (caller.kind === 'anonymous' || !isSuperuser(caller)) return named === null ? {} : { asOf: () => named }
  let found: Promise<number | null> | undefined
  return {
    asOf() {
      found ??= ownWrites.of(caller.id).then((own) => laterOf(own, named))
      return found
    },
  }
}

interface LookUp<T> {
  /** Whether all was found; unless given, whether anything was. */
  isWhole?(found: T): boolean
  /** Whose own writes count, if not those of who sent the request. */
  caller?: Caller
}

/**
 * What is found by id or name. What a replica does not have is looked for at the writer before it
 * is said not to be there: word of a new frame may come faster than the frame.
 * @param speed `search`: it may take long
 */
export async function lookUp<T>(
  c: RequestContext,
  speed: 'quick' | 'search',
  ask: (sql: Pool) => Promise<T>,
  { isWhole = (found) => found !== undefined && found !== null, caller }: LookUp<T> = {},
): Promise<T> {
  const { reader, writer, writerSearch, replica } = c.env
  const isQuick = speed === 'quick'
  const pool = isQuick ? reader : searching(c)
  if (!replica) return ask(pool)
  let isFromReplica = false
  const found = await ask(
    pool.withLimits({
      ...knowing(c, { caller }),
      servedBy(server) {
        isFromReplica ||= server === 'replica'
      },
    }),
  )
  if (!isFromReplica || isWhole(found)) return found
  return ask(isQuick ? writer : searching(c, writerSearch))
}

/** Searches for a page that others follow. */
export interface Walk {
  pool: Pool
  /** Once it is read, what the next page has to know of, as a word for its cursor; null: nothing. */
  mark(): Promise<string | null>
}

/**
 * Searches for a page after another. One that was read at the writer is followed by none of a
 * replica that does not have what was there already: it would be passed over.
 * @param after the mark of the page before
 */
export function walking(c: RequestContext, after: string | null): Walk {
  const { replica, keys, writer } = c.env
  if (!replica) return { pool: searching(c), mark: async () => null }
  let isFromWriter = false
  const upTo = after === null ? null : readPosition(keys, after)
  const pool = searching(c).withLimits({
    ...knowing(c, { upTo }),
    servedBy(server) {
      isFromWriter ||= server === 'writer'
    },
  })
  return {
    pool,
    async mark() {
      const position = isFromWriter ? await seenPosition(writer) : null
      return position === null ? null : writePosition(keys, position)
    },
  }
}
