import { expect, test } from 'vitest'
import type { Pool } from '../../src/database/open.ts'
import { watchReplica } from '../../src/replica/replica.ts'
import { silent } from '../support/log.ts'

const refused = (code: string) => Object.assign(new Error('refused'), { name: 'PostgresError', code })

test.each([
  // sorry, too many clients already: others have theirs, and write
  ['53300', false],
  // the writer is shutting down
  ['57P01', true],
])('a writer that refuses to say where it is (%s) leaves the replica in use: %s', async (code, isUsed) => {
  let isRefused = false
  const answers = (standby: boolean) =>
    (async () => {
      if (isRefused && !standby) throw refused(code)
      return [{ standby, position: 100, started: String(standby), system: 'one' }]
    }) as unknown as Pool
  const replica = watchReplica({
    writer: answers(false),
    probe: answers(true),
    maxLagS: 1,
    server: 'replica',
    log: silent,
  })
  try {
    await expect.poll(() => replica.isUsed(), { timeout: 30_000 }).toBe(true)
    isRefused = true
    if (!isUsed) await expect.poll(() => replica.isUsed(), { timeout: 30_000 }).toBe(false)
    // several looks later
    else await new Promise((resolve) => setTimeout(resolve, 2_500))
    expect(replica.isUsed()).toBe(isUsed)
    isRefused = false
    await expect.poll(() => replica.isUsed(), { timeout: 30_000 }).toBe(true)
  } finally {
    await replica.close()
  }
})
