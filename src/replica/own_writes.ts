import type { Cache } from '../cache/cache.ts'

/** How long a write is remembered: by then every replica that is read from has it. */
export const REMEMBERED_S = 60

/** Where the writer's log was after the last writes of each user. */
export interface OwnWrites {
  /** A user has written: what they read from now on has to know of all up to a position. */
  note(user: number, position: number): Promise<void>
  /** What a user's reads have to know of; null: nothing was written for a while. */
  of(user: number): Promise<number | null>
}

/**
 * The writes of this process, and in `cache` those of every process that shares it. A cache that is
 * away leaves those of this process. Two processes in which one user writes at the same moment, to
 * the width of one look into Memcached, may leave the lower of their positions: the header of the
 * answers has each.
 */
export function createOwnWrites(cache: Pick<Cache, 'get' | 'set'>): OwnWrites {
  const own = new Map<number, { position: number; until: number }>()
  const key = (user: number) => `written:${user}`
  const ownOf = (user: number): number => {
    const entry = own.get(user)
    if (entry && entry.until > Date.now()) return entry.position
    own.delete(user)
    return 0
  }
  return {
    async note(user, position) {
      const highest = Math.max(ownOf(user), position)
      own.set(user, { position: highest, until: Date.now() + REMEMBERED_S * 1000 })
      const known = await cache.get<number>(key(user))
      if (known === undefined || known < highest) await cache.set(key(user), highest, REMEMBERED_S)
    },
    async of(user) {
      const shared = (await cache.get<number>(key(user))) ?? 0
      return Math.max(shared, ownOf(user)) || null
    },
  }
}
