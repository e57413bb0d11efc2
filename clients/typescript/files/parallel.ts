/** What became of work on many items. */
interface Worked {
  count: number
  errors: Error[]
}

/**
 * Does something with each item, some at a time; the next is asked for when there is room for it. One
 * that fails holds no other up.
 * @throws at once what the items themselves throw, and the signal's reason
 */
export async function inParallel<T>(
  items: Iterable<T> | AsyncIterable<T>,
  parallel: number,
  signal: AbortSignal | undefined,
  work: (item: T) => Promise<void>,
): Promise<Worked> {
  if (!Number.isInteger(parallel) || parallel < 1) throw new RangeError('parallel has to be a whole number from 1')
  const underWay = new Set<Promise<void>>()
  const worked: Worked = { count: 0, errors: [] }
  try {
    for await (const item of items) {
      signal?.throwIfAborted()
      worked.count++
      const mine: Promise<void> = work(item)
        .catch((error) => void worked.errors.push(error))
        .finally(() => underWay.delete(mine))
      underWay.add(mine)
      if (underWay.size >= parallel) await Promise.race(underWay)
    }
  } finally {
    await Promise.all(underWay)
  }
  signal?.throwIfAborted()
  return worked
}
