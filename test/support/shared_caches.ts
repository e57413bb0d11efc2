import type { Cache } from '../../src/cache/cache.ts'
import { keepCache } from '../../src/runtimes/node/workers/kept_cache.ts'
import { createSharedCache } from '../../src/runtimes/node/workers/shared_cache.ts'

/**
 * The caches of so many worker processes, in this one: messages go through JSON and arrive later, in the order of each channel.
 * `sent` counts what workers have sent; `end` makes one go without a word, `deafen` keeps what it is sent from it until it is called.
 */
export function sharedCaches(workers: number) {
  const kept = keepCache(workers)
  const traffic = { sent: 0 }
  const later = (work: () => void) => void setImmediate(work)
  const caches = Array.from({ length: workers }, (_, worker) => {
    let held: (() => void)[] | null = null
    const { cache, receive } = createSharedCache((message) => {
      traffic.sent++
      const arrived = JSON.parse(JSON.stringify(message)) as typeof message
      later(() => {
        if (arrived.kind === 'cache') kept.request(worker, arrived.id, arrived.request)
        else if (arrived.kind === 'forgotten') kept.forgotten(worker, arrived.id)
      })
    })
    kept.join(worker, (message) => {
      const arrived = JSON.parse(JSON.stringify(message)) as typeof message
      if (held) held.push(() => receive(arrived))
      else later(() => receive(arrived))
    })
    return {
      cache: cache as Cache,
      end: () => kept.leave(worker),
      deafen() {
        held = []
        return () => {
          for (const arrive of held!.splice(0)) arrive()
          held = null
        }
      },
    }
  })
  return { caches, traffic }
}
