import type { Pool } from '../../database/open.ts'
import { findCurrent, type Made } from './remembered.ts'

/** A text to be remembered, with its mark. */
export interface Text {
  text: string
  etag: string
}

/** How an answer is made, of what (null: it is not remembered). */
export type Make = () => Promise<{ answer: Text; made: Made | null }>

/** The answers that a process remembers, each of which is looked at again before it is given. */
export interface Remembering {
  /**
   * The answer to a question as it is now: the remembered one, if a small query finds that it is
   * current, or one made anew, by another request if that began after this one came.
   * @param pool where to look whether it is current
   * @param together alone: what others make is not waited for
   */
  answer(key: string, pool: Pool, make: Make, together: 'together' | 'alone'): Promise<Text>
  /** Bytes of what is remembered, as they are counted. */
  readonly bytes: number
}

interface Entry extends Text {
  made: Made
  bytes: number
}

/** Of what is beside the texts. */
const ENTRY_BYTES = 500

/**
 * An empty memory of answers.
 * @param most bytes; what has not been asked for longest goes first
 */
export function createRemembering(most = 16 * 1024 * 1024): Remembering {
  const entries = new Map<string, Entry>()
  /** What is being made; null: it failed, or its client left. */
  const underWay = new Map<string, Promise<Text | null>>()
  let bytes = 0

  function forget(key: string): void {
    bytes -= entries.get(key)?.bytes ?? 0
    entries.delete(key)
  }

  function remember(key: string, entry: Entry): void {
    forget(key)
    if (entry.bytes > most) return
    entries.set(key, entry)
    bytes += entry.bytes
    while (bytes > most) forget(entries.keys().next().value!)
  }

  async function findRemembered(key: string, pool: Pool): Promise<Text | null> {
    const entry = entries.get(key)
    if (!entry) return null
    const current = await findCurrent(pool, entry.made)
    if (!current) return null
    entry.made = current
    if (entries.get(key) === entry) {
      entries.delete(key)
      entries.set(key, entry)
    }
    return entry
  }

  async function makeAnew(key: string, make: Make): Promise<Text> {
    const { answer, made } = await make()
    if (made) remember(key, { ...answer, made, bytes: ENTRY_BYTES + 2 * (key.length + answer.text.length) })
    else forget(key)
    return answer
  }

  function makeForAll(key: string, make: Make): Promise<Text> {
    const made = makeAnew(key, make)
    const over = <T>(result: T): T => {
      underWay.delete(key)
      return result
    }
    underWay.set(
      key,
      made.then(over, () => over(null)),
    )
    return made
  }

  return {
    async answer(key, pool, make, together) {
      if (together === 'alone') return (await findRemembered(key, pool)) ?? makeAnew(key, make)
      // begun before this request, it may not know of what was written before this request: it is
      // looked at as any that is remembered
      await underWay.get(key)
      const remembered = await findRemembered(key, pool)
      if (remembered) return remembered
      // whatever is under way now began after this request came
      for (let tries = 0; tries < 2; tries++) {
        const others = underWay.get(key)
        if (!others) return makeForAll(key, make)
        const made = await others
        if (made) return made
      }
      return makeAnew(key, make)
    },
    get bytes() {
      return bytes
    },
  }
}
