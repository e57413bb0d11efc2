import type { Keys } from '../auth/keys.ts'
import { REMEMBERED_S } from '../replica/own_writes.ts'
import { open, seal } from '../seal.ts'

/** The header of answers to writes that a client may send with its reads, which then know of the write. */
export const POSITION_HEADER = 'X-Archive-Position'

const PURPOSE = 'position'
const now = (): number => Math.floor(Date.now() / 1000)

/** A position of the writer's log as a signed word: nobody can ask to wait for one that never comes. */
export const writePosition = (keys: Keys, position: number): string => seal(keys, PURPOSE, [position, now()])

/** The position of such a word; null: it is none, or so old that a replica in use is beyond it. */
export function readPosition(keys: Keys, word: string): number | null {
  const payload = open(keys, PURPOSE, word)
  if (payload === null) return null
  const [position, written] = payload as readonly [number, number]
  return Math.abs(now() - written) <= REMEMBERED_S ? position : null
}

/** The higher of two positions; null: none. */
export const laterOf = (a: number | null, b: number | null): number | null =>
  a === null || b === null ? (a ?? b) : Math.max(a, b)
