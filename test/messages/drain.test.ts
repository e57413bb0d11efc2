import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { drainOutbox } from '../../src/messages/drain.ts'
import type { Exchange } from '../../src/messages/events.ts'
import { type TestArchive, testArchive } from '../support/archive.ts'
import { silent } from '../support/log.ts'
import { watched } from '../support/watched.ts'

let archive: TestArchive
beforeAll(async () => {
  archive = await testArchive()
})
afterAll(() => archive?.close())

const announce = (word: string) =>
  archive.services.writer`insert into outbox (message) values (${JSON.stringify({ word })}::text::json)`

test('a process that does not look by itself sends when it is told to, and after a failure until it has succeeded', async () => {
  const sent: string[] = []
  const { pool, sent: asked } = watched(archive.services.writer)
  const looks = () => asked.filter((name) => name === 'outbox.claim').length
  /** As the last batch was sent. */
  let looksBefore = 0
  let isAway = false
  const connect = async () => {
    if (isAway) throw new Error('away')
  }
  const exchange: Exchange = {
    connect,
    async publish(messages) {
      if (isAway) return { receipts: messages.map(() => 'unknown'), error: 'away', isAway: true, isUnfit: false }
      sent.push(...messages.map(({ text }) => JSON.parse(text).word))
      looksBefore = looks()
      return { receipts: messages.map(() => 'taken'), error: null, isAway: false, isUnfit: false }
    },
    async close() {},
  }
  const events = drainOutbox(pool, exchange, silent, false)
  try {
    // it looks once, at its start
    await expect.poll(looks).toBe(1)
    await pause(500)
    await announce('left')
    // longer than the time after which others look
    await pause(3_000)
    expect(sent).toEqual([])
    events.wake()
    await expect.poll(() => sent).toEqual(['left'])
    isAway = true
    await announce('later')
    events.wake()
    await pause(500)
    isAway = false
    await expect.poll(() => sent, { timeout: 20_000 }).toEqual(['left', 'later'])
    // it looks once more after each batch, until there is nothing
    await expect.poll(looks).toBeGreaterThan(looksBefore)
    expect((await archive.services.writer`select from outbox`).count).toBe(0)
    await pause(1_000)
    await announce('left again')
    await pause(3_000)
    expect(sent).toEqual(['left', 'later'])
  } finally {
    await events.close()
  }
})
