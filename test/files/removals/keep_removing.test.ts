import { getEventListeners } from 'node:events'
import { expect, test, vi } from 'vitest'
import { keepRemoving } from '../../../src/files/removals/keep_removing.ts'

test('goes on for as long as it takes with one listener, and ends what is under way when it is closed', async () => {
  vi.useFakeTimers()
  try {
    const signals: AbortSignal[] = []
    const removeDue = async (signal?: AbortSignal) => {
      signals.push(signal!)
      return 'well' as const
    }
    const removing = keepRemoving({ removeDue })
    await vi.advanceTimersByTimeAsync(60_000)
    expect(signals.length).toBeGreaterThan(10)
    expect(getEventListeners(signals[0]!, 'abort')).toHaveLength(1)
    await removing.close()
    expect(signals.at(-1)!.aborted).toBe(true)
    expect(getEventListeners(signals[0]!, 'abort')).toHaveLength(0)
  } finally {
    vi.useRealTimers()
  }
})
