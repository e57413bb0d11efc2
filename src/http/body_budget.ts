import { ArchiveError } from '../errors.ts'

const KB = 1024
const MB = 1024 * KB

/** The largest bodies of requests, in bytes, by their content. */
export const BODY_LIMITS = { credentials: 16 * KB, selection: 256 * KB, record: 10 * MB } as const
export type BodyKind = keyof typeof BODY_LIMITS

/** The memory for all bodies that are being received, in bytes. */
const TOTAL = 128 * MB
/** Of it at least for each process: two of the largest records, beside what anybody may send. */
const LEAST = 32 * MB

let total = TOTAL
let taken = 0
let takenByAnybody = 0

/** Makes this process one of several that share that memory. */
export function shareBodyBudget(processes: number): void {
  total = Math.max(LEAST, TOTAL / processes)
}

/** The share of bodies that anybody may send: they never keep out those who may write. */
const forAnybody = (): number => total / 2

/** One body's part of that memory. */
export interface Claim {
  /** Takes that many bytes more; throws `busy` when there are not enough. */
  take(bytes: number): void
  /** Gives everything back. */
  release(): void
}

/** Begins a claim of no bytes yet. */
export function claimBody(kind: BodyKind): Claim {
  let own = 0
  const add = (bytes: number) => {
    own += bytes
    taken += bytes
    if (kind !== 'record') takenByAnybody += bytes
  }
  return {
    take(bytes) {
      if (taken + bytes > total || (kind !== 'record' && takenByAnybody + bytes > forAnybody()))
        throw new ArchiveError('busy', 'The archive receives as much as it can hold. Try again shortly.')
      add(bytes)
    },
    release: () => add(-own),
  }
}

/** The limit as text, for refusals: `16 KB`. */
export const describeLimit = (kind: BodyKind): string =>
  BODY_LIMITS[kind] < MB ? `${BODY_LIMITS[kind] / KB} KB` : `${BODY_LIMITS[kind] / MB} MB`
