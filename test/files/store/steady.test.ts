import { expect, test } from 'vitest'
import { patience } from '../../../src/files/store/patience.ts'
import { steadyStream } from '../../../src/files/store/steady.ts'

/** A body whose head is there and of which nothing comes until it is given up. */
function silentBody() {
  const waiting = patience()
  async function* chunks(): AsyncGenerator<Uint8Array, void, undefined> {
    waiting.signal.throwIfAborted()
    await new Promise((_, reject) => waiting.signal.addEventListener('abort', () => reject(waiting.signal.reason)))
  }
  return { chunks: chunks(), length: 10, patience: waiting }
}
const never = () => Promise.reject(new Error('nobody wants the rest'))

test('a body of which nothing has come is given up when nobody waits for it any more', async () => {
  const [body, leaving] = [silentBody(), new AbortController()]
  const read = steadyStream(body, never, 60_000, leaving.signal).getReader().read()
  expect(body.patience.signal.aborted).toBe(false)
  leaving.abort()
  expect(body.patience.signal.aborted).toBe(true)
  await expect(read).rejects.toThrow('The file store cannot be reached.')
})

test('so is one of which the head comes when nobody waits any more', async () => {
  const body = silentBody()
  const read = steadyStream(body, never, 60_000, AbortSignal.abort()).getReader().read()
  expect(body.patience.signal.aborted).toBe(true)
  await expect(read).rejects.toThrow('The file store cannot be reached.')
})
