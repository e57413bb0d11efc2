import { type Place, START } from './source.ts'
import type { Notes } from './target/target.ts'

/** How far an import has come, from run to run. */
export interface Progress {
  /** The walk that is under way; null: none is. */
  walk: { place: Place; since: string | null; begun: string } | null
  /** The last walk that came to its end: when it began, by the source's clock, and where it ended. */
  done: { begun: string; place: Place } | null
  /** Ids of frames, at the source, that did not get here. */
  failed: number[]
}

const NOTHING: Progress = { walk: null, done: null, failed: [] }
/** More than these are not worth a list: then the walk stays where it was, to see all of them again. */
export const MOST_FAILED = 10_000
/** What was committed a little later than it says: long transactions. */
const OVERLAP_MS = 10 * 60_000

/** What was noted by the runs before. */
export const readNotes = async (notes: Notes): Promise<Progress> => ({
  ...NOTHING,
  ...((await notes.get()) as Partial<Progress> | undefined),
})

/** Where a run begins, and what it asks for. */
export interface Begin {
  after: Place
  since: string | null
  /** When the walk began, by the source's clock. */
  begun: string
}

/**
 * Where a run begins: a walk that did not come to its end goes on. Otherwise all is gone through, or
 * what has come or changed since the last walk.
 * @param tellsChanges whether the source can tell what was modified; otherwise only new frames are seen
 */
export function beginning(
  { walk, done }: Progress,
  mode: 'all' | 'since last',
  from: 'where it was' | 'start',
  tellsChanges: boolean,
  now: string,
): Begin {
  if (walk && from === 'where it was') return { after: walk.place, since: walk.since, begun: walk.begun }
  if (mode === 'all' || done === null || from === 'start') return { after: START, since: null, begun: now }
  if (!tellsChanges) return { after: done.place, since: null, begun: now }
  const since = new Date(Date.parse(done.begun) - OVERLAP_MS).toISOString()
  return { after: START, since, begun: now }
}
