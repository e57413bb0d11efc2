import { pause } from '../../concurrency.ts'

/** How long a remote store is waited for, in milliseconds. */
export interface Limits {
  /** One request, until its answer begins. */
  readonly attempt: number
  /** All requests for one thing together, with the pauses between them. */
  readonly total: number
  /** The next piece of a body. */
  readonly stall: number
}

export const LIMITS: Limits = { attempt: 5_000, total: 10_000, stall: 20_000 }

const FIRST_PAUSE_MS = 100

/**
 * Tries again what fails for a passing reason, after pauses that grow, within so many milliseconds
 * and attempts.
 * @param attempt given how many milliseconds are left
 * @throws the last error
 */
export async function persist<T>(
  most: { total?: number; attempts?: number },
  attempt: (left: number) => Promise<T>,
  isPassing: (error: unknown) => boolean,
): Promise<T> {
  const { total = Number.POSITIVE_INFINITY, attempts = Number.POSITIVE_INFINITY } = most
  const end = Date.now() + total
  for (let n = 1, longest = FIRST_PAUSE_MS; ; n++, longest *= 3) {
    try {
      return await attempt(end - Date.now())
    } catch (error) {
      // uneven, so that requests that failed together do not all come back together
      const wait = longest * (0.5 + Math.random() / 2)
      if (n >= attempts || !isPassing(error) || Date.now() + wait >= end) throw error
      await pause(wait)
    }
  }
}

/** An abort signal that fires when what is waited for does not come in time. */
export interface Patience {
  readonly signal: AbortSignal
  /** Something has to happen within `ms` milliseconds from now. */
  expect(ms: number): void
  /** Nothing is waited for now. */
  rest(): void
  /** Fires the signal: nobody wants it any more. */
  end(reason: Error): void
}

/** A time limit that starts anew at every sign of life and rests while nothing is waited for. */
export function patience(): Patience {
  const controller = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined
  const rest = () => clearTimeout(timer)
  return {
    signal: controller.signal,
    rest,
    expect(ms) {
      rest()
      timer = setTimeout(() => controller.abort(new Error(`nothing came for ${Math.round(ms)} ms`)), ms)
    },
    end(reason) {
      rest()
      controller.abort(reason)
    },
  }
}
