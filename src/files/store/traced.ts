import type { RequestAccount } from '../../telemetry.ts'
import type { FileStore } from './store.ts'

const ASKS = ['stat', 'stream', 'newestAt', 'keysAt', 'put'] as const

/** A store whose questions are part of a request's trace. */
export function tracedStore(store: FileStore, request: RequestAccount): FileStore {
  type Ask = (...words: unknown[]) => Promise<unknown>
  const traced = (name: (typeof ASKS)[number]): Ask => {
    const ask = store[name] as Ask
    return async (...words) => {
      const call = request.call(`file store ${name}`, store.kind)
      try {
        const answer = await ask.apply(store, words)
        call.end(false)
        return answer
      } catch (error) {
        call.end(true)
        throw error
      }
    }
  }
  return { ...store, ...Object.fromEntries(ASKS.map((name) => [name, traced(name)])) }
}
