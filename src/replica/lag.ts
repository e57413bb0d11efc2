/** How far a replica is behind, told by when the writer was where the replica is now. */
export interface Lag {
  /** The writer was at a position at a time (of performance.now()): what was committed before is below. */
  note(at: number, position: number): void
  /** The writer is somewhere, at a time: not known where until it is noted again. */
  noteUnknown(at: number): void
  /** The replica has replayed up to a position. */
  reached(position: number): void
  /** Seconds that it is behind at most; null: it has not been where the writer is known to have been. */
  seconds(): number | null
  /** For how many seconds it has been watched. */
  watchedS(): number
  /** The writer is another: its positions are not those of before. */
  clear(): void
}

/** Samples that are kept of a replica that does not move. */
const MOST = 240

/**
 * Neither the servers' clocks nor the time of the last transaction that was replayed have a say: the
 * one may differ, the other grows while nothing is written.
 */
export function createLag(now: () => number = () => performance.now()): Lag {
  /** Where the writer was and the replica was not yet, oldest first. */
  let ahead: { at: number; position: number }[] = []
  /** The same where the writer went on unseen. */
  let unseen: number | null = null
  /** Milliseconds that these are apart at least, but for the newest. */
  let apart = 0
  let reachedAt: number | null = null
  /** Where the replica was when it was last asked. */
  let here = 0
  let since = now()
  return {
    note(at, position) {
      unseen = null
      if (ahead.length >= 2 && at - ahead.at(-2)!.at < apart) ahead.pop()
      ahead.push({ at, position })
      if (ahead.length < MOST) return
      apart = (at - ahead[0]!.at) / (MOST / 2)
      ahead = ahead.filter((_, i) => i % 2 === 0 || i === MOST - 1)
    },
    noteUnknown(at) {
      unseen ??= at
    },
    reached(position) {
      here = position
      let passed = 0
      while (passed < ahead.length && ahead[passed]!.position <= position) reachedAt = ahead[passed++]!.at
      if (passed > 0) ahead.splice(0, passed)
      if (ahead.length === 0) apart = 0
    },
    seconds() {
      if (reachedAt === null) return null
      // where the writer has not moved, the replica does not have to be asked again to be there
      const behindSince = ahead.length > 0 && ahead.at(-1)!.position > here ? reachedAt : unseen
      return behindSince === null ? 0 : (now() - behindSince) / 1000
    },
    watchedS: () => (now() - since) / 1000,
    clear() {
      ahead = []
      unseen = null
      apart = 0
      reachedAt = null
      here = 0
      since = now()
    },
  }
}
