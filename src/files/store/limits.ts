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

/** Tries again what fails for a passing reason, after pauses that grow, while the time lasts. The last error is thrown. */
export async function persist<T>(
  total: number,
  attempt: (left: number) => Promise<T>,
  isPassing: (error: unknown) => boolean,
): Promise<T> {
  const end = Date.now() + total
  for (let pause = FIRST_PAUSE_MS; ; pause *= 3) {
    try {
      return await attempt(end - Date.now())
    } catch (error) {
      // at different times for different requests, so that they do not all come back at once
      const wait = pause * (0.5 + Math.random() / 2)
      if (!isPassing(error) || Date.now() + wait >= end) throw error
      await new Promise((resolve) => setTimeout(resolve, wait))
    }
  }
}

/** A signal to give up that is given when what is waited for does not come in time. */
export interface Patience {
  readonly signal: AbortSignal
  /** Something has to happen within `ms`, counted anew from here. */
  expect(ms: number): void
  /** Nothing is waited for now. */
  rest(): void
  /** Gives the signal: nobody wants it any more. */
  end(reason: Error): void
}

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
