import { Stopped } from './retry.ts'
import { onStop } from './stop.ts'

/** Work of one name one after the other, in the order in which it was asked for; work of different names at once. */
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

/** What there is so much of and no more: bytes of memory, or turns. Whoever asks first is served first. */
export interface Budget {
  /**
   * Waits until so much is free; the answer gives them back. More than there are in all waits until nothing is taken.
   * Throws Stopped when the signal is given while it waits.
   */
  take(amount: number, signal: AbortSignal): Promise<() => void>
}

/** A way through for one at a time, for what takes much memory. Going in again is no further turn. */
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

export function budget(total: number): Budget {
  let taken = 0
  const queue: { amount: number; go(): void }[] = []
  const fits = (amount: number) => taken === 0 || taken + amount <= total
  const next = () => {
    while (queue[0] && fits(queue[0].amount)) {
      const { amount, go } = queue.shift()!
      taken += amount
      go()
    }
  }
  return {
    take(amount, signal) {
      return new Promise((resolve, reject) => {
        if (signal.aborted) return reject(new Stopped())
        const give = () => {
          taken -= amount
          next()
        }
        const forget = onStop(signal, () => {
          queue.splice(queue.indexOf(waiting), 1)
          reject(new Stopped())
          next()
        })
        const waiting = {
          amount,
          go() {
            forget()
            resolve(give)
          },
        }
        queue.push(waiting)
        next()
      })
    },
  }
}
