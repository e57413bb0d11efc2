import { ArchiveError } from '../errors.ts'

const KB = 1024
const MB = 1024 * KB

/** The most that the body of a request may have, in bytes, by what is in it. */
export const BODY_LIMITS = { credentials: 16 * KB, selection: 256 * KB, record: 10 * MB } as const
export type BodyKind = keyof typeof BODY_LIMITS

/** All bodies of the process that have not come to their end may have so much together, in bytes. */
const TOTAL = 128 * MB
/** And those that anybody may send so much: they never keep out who may write. */
const FOR_ANYBODY = TOTAL / 2

let taken = 0
let takenByAnybody = 0

/** A share of the memory for unfinished bodies. */
export interface Claim {
  /** Takes so many bytes more; throws `busy` when there are not so many. */
  take(bytes: number): void
  /** Gives back all that was taken. */
  release(): void
}

export function claimBody(kind: BodyKind): Claim {
  let own = 0
  const add = (bytes: number) => {
    own += bytes
    taken += bytes
    if (kind !== 'record') takenByAnybody += bytes
  }
  return {
    take(bytes) {
      if (taken + bytes > TOTAL || (kind !== 'record' && takenByAnybody + bytes > FOR_ANYBODY))
        throw new ArchiveError('busy', 'The archive receives as much as it can hold. Try again shortly.')
      add(bytes)
    },
    release: () => add(-own),
  }
}

/** `16 KB`, as a refusal says it. */
export const shownLimit = (kind: BodyKind): string =>
  BODY_LIMITS[kind] < MB ? `${BODY_LIMITS[kind] / KB} KB` : `${BODY_LIMITS[kind] / MB} MB`
