/** How many items go together, and when. */
export interface BatchLimits {
  /** Items in one batch. */
  most: number
  /** Characters in one batch; an item of its own may have more. */
  characters: number
  /** Batches under way at once. */
  parallel: number
  /** How long the first item of a batch waits for others, in milliseconds. */
  waitMs: number
}

/**
 * Look-ups and records: each costs a request and a transaction, whatever is in it. The
 * waits are short beside what a file takes, and long enough that a hundred files a second make
 * batches. Two batches: one is worked on while the next is sent. A hundred MD5s are an address of
 * less than 4000 characters, which every server and proxy takes.
 */
export const LOOKUPS: BatchLimits = { most: 100, characters: Number.POSITIVE_INFINITY, parallel: 2, waitMs: 20 }
export const RECORDS: BatchLimits = { most: 200, characters: 4_000_000, parallel: 2, waitMs: 40 }

interface Waiting<T, R> {
  item: T
  resolve(result: R): void
  reject(error: unknown): void
}

/**
 * Calls that are made at about the same time, as one: gives a function whose calls are gathered and
 * answered together.
 * @param send answers a result or an Error for each item, in their order; when it throws, that is
 * the answer to all of them
 */
export function batched<T, R>(
  limits: BatchLimits,
  sizeOf: (item: T) => number,
  send: (items: T[]) => Promise<(R | Error)[]>,
): (item: T) => Promise<R> {
  const waiting: Waiting<T, R>[] = []
  let underWay = 0
  let timer: ReturnType<typeof setTimeout> | undefined

  function take(): Waiting<T, R>[] {
    let [count, characters] = [0, 0]
    while (count < Math.min(waiting.length, limits.most)) {
      characters += sizeOf(waiting[count]!.item)
      if (count > 0 && characters > limits.characters) break
      count++
    }
    return waiting.splice(0, count)
  }

  async function run(batch: Waiting<T, R>[]): Promise<void> {
    underWay++
    try {
      const results = await send(batch.map(({ item }) => item))
      batch.forEach(({ resolve, reject }, i) => {
        const result = results[i]
        if (result instanceof Error) reject(result)
        else if (result === undefined) reject(new Error('a batch was answered in part'))
        else resolve(result)
      })
    } catch (error) {
      for (const { reject } of batch) reject(error)
    }
    underWay--
    // what has come meanwhile has waited long enough
    flush()
  }

  function flush(): void {
    clearTimeout(timer)
    timer = undefined
    while (waiting.length && underWay < limits.parallel) void run(take())
  }

  return (item) =>
    new Promise<R>((resolve, reject) => {
      waiting.push({ item, resolve, reject })
      if (underWay >= limits.parallel) return
      if (waiting.length >= limits.most) flush()
      else timer ??= setTimeout(flush, limits.waitMs)
    })
}
