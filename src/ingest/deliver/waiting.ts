import type { Log } from '../../log.ts'
import { trackOutage } from '../../log.ts'
import { GaveUp, passing, Stopped } from './faults.ts'

const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 30_000

/**
 * Something that an ingester depends on: waited for while it is away, and logged once when it goes
 * and once when it is back.
 */
export interface Service {
  /**
   * Does something, and again while it fails for a passing reason: after pauses of half a second
   * that grow to half a minute, each shortened at random, or of what the other side asks for.
   * @throws Stopped, GaveUp, or at once what does not pass
   */
  persist<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T>
}

/**
 * @param name in messages: `the archive`
 * @param patienceMs how long a service may be away, or one thing fail while others succeed
 */
export function service(name: string, patienceMs: number, log: Log): Service {
  const away = trackOutage(log, `${name} cannot be reached: trying again until it can`, `${name} is back`)
  /** When it went away; null: it is there, as far as is known. */
  let awaySince: number | null = null
  /** Counts what happens: when a try began, and when the last one failed. */
  let clock = 0
  let lastFailed = 0

  return {
    async persist(signal, work) {
      const began = Date.now()
      for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
        const tried = ++clock
        try {
          const result = await work()
          // what was under way when it went may still have been answered
          if (tried > lastFailed) {
            away.end()
            awaySince = null
          }
          return result
        } catch (error) {
          const why = passing(error)
          if (why === null) throw error
          lastFailed = ++clock
          awaySince ??= Date.now()
          away.begin({ reason: why.message })
          const wait = Math.max(pause * (0.5 + Math.random() / 2), (why.retryAfterS ?? 0) * 1000)
          // a service that has been away for long already is not waited for again by every file
          if (Date.now() + wait - Math.min(began, awaySince) > patienceMs) {
            const asked = why.retryAfterS === null ? '' : `, and asks to wait ${Math.ceil(why.retryAfterS)} s`
            throw new GaveUp(`${why.message}${asked}`, { cause: error })
          }
          await untilDone(signal, (done) => {
            const timer = setTimeout(done, wait)
            return () => clearTimeout(timer)
          })
        }
      }
    },
  }
}

/**
 * Waits for something that begins now and calls `done`.
 * @param begin gives what ends it when it is not wanted any more
 * @throws Stopped as soon as the signal is given
 */
export function untilDone(signal: AbortSignal, begin: (done: () => void) => () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(new Stopped())
    const stop = () => {
      end()
      reject(new Stopped())
    }
    signal.addEventListener('abort', stop, { once: true })
    const end = begin(() => {
      signal.removeEventListener('abort', stop)
      resolve()
    })
  })
}

/**
 * Work of one name one after the other, in the order in which it was asked for; work of different
 * names at once.
 */
export function lanes(): <T>(name: string, work: () => Promise<T>) => Promise<T> {
  const last = new Map<string, Promise<unknown>>()
  return (name, work) => {
    const before = last.get(name)
    const mine = before ? before.then(work, work) : work()
    last.set(name, mine)
    const leave = () => {
      if (last.get(name) === mine) last.delete(name)
    }
    mine.then(leave, leave)
    return mine
  }
}

/**
 * A limited resource, such as bytes of memory. Whoever asks first is served first.
 */
export interface Budget {
  /**
   * Waits until so much is free; call the answer to give it back. An amount above the total waits
   * until nothing else is taken.
   * @throws Stopped when the signal is given while it waits
   */
  take(amount: number, signal: AbortSignal): Promise<() => void>
}

/** Lets work begin in the order it asked, while the sum of what is taken stays within `total`. */
export function budget(total: number): Budget {
  let taken = 0
  const queue: { amount: number; go(): void }[] = []
  const next = () => {
    while (queue[0] && (taken === 0 || taken + queue[0].amount <= total)) {
      const { amount, go } = queue.shift()!
      taken += amount
      go()
    }
  }
  return {
    async take(amount, signal) {
      await untilDone(signal, (go) => {
        const place = { amount, go }
        queue.push(place)
        next()
        return () => {
          queue.splice(queue.indexOf(place), 1)
          next()
        }
      })
      return () => {
        taken -= amount
        next()
      }
    },
  }
}

/**
 * A lock held by one at a time, for what takes much memory; entering again while inside has no
 * effect.
 */
export interface Gate {
  enter(): Promise<void>
  leave(): void
}

/** A gate of a budget of one. */
export function gateOf(budget: Budget, signal: AbortSignal): Gate {
  let leave: (() => void) | undefined
  return {
    async enter() {
      leave ??= await budget.take(1, signal)
    },
    leave: () => leave?.(),
  }
}
