import { expect, test } from 'vitest'
import { batched } from '../../src/ingest/deliver/batches.ts'
import { GaveUp, Stopped, Unavailable } from '../../src/ingest/deliver/faults.ts'
import { budget, lanes, service } from '../../src/ingest/deliver/waiting.ts'
import { silent } from '../support/log.ts'

const never = new AbortController().signal
const tick = () => new Promise((resolve) => setTimeout(resolve, 5))

test('a budget is never overdrawn, serves in order, and lets one through that is larger than all', async () => {
  const memory = budget(100)
  let held = 0
  let most = 0
  const order: number[] = []
  await Promise.all(
    [60, 60, 10, 250, 30, 30, 30, 30].map(async (bytes, i) => {
      const release = await memory.take(bytes, never)
      order.push(i)
      held += bytes
      if (bytes <= 100) most = Math.max(most, held)
      else expect(held).toBe(bytes)
      await tick()
      held -= bytes
      release()
    }),
  )
  expect(order).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
  expect(most).toBeLessThanOrEqual(100)
})

test('who waits for memory is let go by a stop, and those behind are served', async () => {
  const memory = budget(10)
  const stop = new AbortController()
  const release = await memory.take(10, never)
  const waits = memory.take(10, stop.signal)
  const behind = memory.take(5, never)
  stop.abort()
  await expect(waits).rejects.toBeInstanceOf(Stopped)
  release()
  ;(await behind)()
  await expect(memory.take(1, stop.signal)).rejects.toBeInstanceOf(Stopped)
})

test('a stop that lets one go which the same stop has just served takes nobody else out of the queue', async () => {
  const turns = budget(10)
  const stop = new AbortController()
  const release = await turns.take(5, never)
  const large = turns.take(10, stop.signal)
  const small = turns.take(5, stop.signal)
  const innocent = turns.take(5, never)
  stop.abort()
  await expect(large).rejects.toBeInstanceOf(Stopped)
  ;(await small)()
  release()
  ;(await innocent)()
})

test('work of one name is done in the order of the calls, whatever fails; of others at once', async () => {
  const inTurn = lanes()
  const log: string[] = []
  const work = (name: string) => async () => {
    log.push(`${name} begins`)
    await tick()
    log.push(`${name} ends`)
    if (name === 'a1') throw new Error('a1 failed')
  }
  const done = await Promise.allSettled([inTurn('a', work('a1')), inTurn('a', work('a2')), inTurn('b', work('b1'))])
  expect(done.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled'])
  expect(log.slice(0, 2)).toEqual(['a1 begins', 'b1 begins'])
  expect(log.filter((line) => line.startsWith('a'))).toEqual(['a1 begins', 'a1 ends', 'a2 begins', 'a2 ends'])
})

test('calls go together up to the limits, and each gets its own answer or error', async () => {
  const batches: string[][] = []
  const send = batched<string, string>(
    { most: 3, characters: 10, parallel: 1, waitMs: 1 },
    (item) => item.length,
    async (items) => {
      batches.push(items)
      await tick()
      if (items.includes('broken')) throw new Error('all of them')
      return items.map((item) => (item === 'bad' ? new Error('only this') : item.toUpperCase()))
    },
  )
  const items = ['a', 'b', 'bad', 'c', 'far too long for one batch', 'd', 'broken', 'e']
  const answers = await Promise.allSettled(items.map(send))
  expect(batches).toEqual([['a', 'b', 'bad'], ['c'], ['far too long for one batch'], ['d', 'broken', 'e']])
  const told = answers.map((a) => (a.status === 'fulfilled' ? a.value : (a.reason as Error).message))
  expect(told).toEqual([
    'A',
    'B',
    'only this',
    'C',
    items[4]!.toUpperCase(),
    'all of them',
    'all of them',
    'all of them',
  ])
})

test('what does not pass is thrown at once; what passes, when patience is at its end', async () => {
  const archive = service('the archive', 1_000, silent)
  let tries = 0
  const work = (error: Error) => async () => {
    tries++
    throw error
  }
  await expect(archive.persist(never, work(new Error('final')))).rejects.toThrow('final')
  expect(tries).toBe(1)
  const passing = archive.persist(never, work(new Unavailable('away')))
  await expect(passing).rejects.toBeInstanceOf(GaveUp)
  expect(tries).toBeGreaterThan(2)
  // it has been away for too long: the next file does not wait as long again
  const before = tries
  await expect(service('the portal', 10, silent).persist(never, work(new Unavailable('busy', 60)))).rejects.toThrow(
    'busy, and asks to wait 60 s',
  )
  expect(tries).toBe(before + 1)
})

test('a service that goes and comes back is talked about twice, however many wait for it', async () => {
  const said: string[] = []
  const log = { ...silent, info: (text: string) => said.push(text), warn: (text: string) => said.push(text) }
  const store = service('the file store', 60_000, log)
  let away = true
  setTimeout(() => {
    away = false
  }, 700)
  const work = async () => {
    if (away) throw new Unavailable('no answer')
    return 'done'
  }
  expect(new Set(await Promise.all(Array.from({ length: 50 }, () => store.persist(never, work))))).toEqual(
    new Set(['done']),
  )
  expect(said).toEqual(['the file store cannot be reached: trying again until it can', 'the file store is back'])
})
