import { expect, test } from 'vitest'
import { sharedCaches } from '../../../support/shared_caches.ts'

/** Counts by turns, `times` in all, a number of them at the same time. */
async function count(caches: ReturnType<typeof sharedCaches>['caches'], times: number, limit?: number) {
  const counts = Array.from({ length: times }, (_, i) => caches[i % caches.length]!.cache.increment('n', 60, limit))
  return (await Promise.all(counts)).sort((a, b) => a - b)
}
const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 1)

test('what one process keeps, the others find; what it changes or deletes, none has any more', async () => {
  const { caches } = sharedCaches(3)
  const [a, b, c] = caches.map(({ cache }) => cache)
  await a!.set('user:4', { name: 'frodo' }, 60)
  for (const cache of [a, b, c]) expect(await cache!.get('user:4')).toEqual({ name: 'frodo' })
  await b!.set('user:4', { name: 'sam' }, 60)
  for (const cache of [a, b, c]) expect(await cache!.get('user:4')).toEqual({ name: 'sam' })
  await c!.delete('user:4')
  for (const cache of [a, b, c]) expect(await cache!.get('user:4')).toBeUndefined()
})

test('what was found once is not asked for again', async () => {
  const { caches, traffic } = sharedCaches(2)
  await caches[0]!.cache.set('k', 1, 60)
  await caches[1]!.cache.get('k')
  const { sent } = traffic
  for (let i = 0; i < 100; i++) expect(await caches[1]!.cache.get('k')).toBe(1)
  expect(traffic.sent).toBe(sent)
})

test('a deletion is over when every process has heard of it, and does not wait for one that has ended', async () => {
  const { caches } = sharedCaches(3)
  await caches[0]!.cache.set('holder', 7, 60)
  await caches[1]!.cache.get('holder')
  const hear = caches[1]!.deafen()
  caches[2]!.deafen()
  let isOver = false
  const deleted = caches[0]!.cache.delete('holder').then(() => {
    isOver = true
  })
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(isOver).toBe(false)
  hear()
  expect(await caches[1]!.cache.get('holder')).toBeUndefined()
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(isOver).toBe(false)
  caches[2]!.end()
  await deleted
})

test('an answer that was under way when the value changed is not kept', async () => {
  const { caches } = sharedCaches(2)
  await caches[0]!.cache.set('k', 'old', 60)
  const hear = caches[1]!.deafen()
  const found = caches[1]!.cache.get('k')
  await new Promise((resolve) => setTimeout(resolve, 20))
  const changed = caches[0]!.cache.set('k', 'new', 60)
  await new Promise((resolve) => setTimeout(resolve, 20))
  hear()
  expect(await found).toBe('old')
  await changed
  expect(await caches[1]!.cache.get('k')).toBe('new')
})

test('without a limit every count is the next', async () => {
  const { caches } = sharedCaches(4)
  expect(await count(caches, 400)).toEqual(upTo(400))
})

test.each([1, 7, 100, 1000])('of a limit of %d no more get through, and no fewer', async (limit) => {
  const { caches } = sharedCaches(4)
  const counts = await count(caches, 3 * limit + 50, limit)
  expect(new Set(counts).size).toBe(counts.length)
  expect(counts.filter((n) => n <= limit)).toEqual(upTo(limit))
})

test('who stays with one process has the whole limit, but for an eighth at most', async () => {
  const { caches } = sharedCaches(4)
  expect((await count(caches.slice(0, 1), 300, 100)).filter((n) => n <= 100)).toEqual(upTo(100))
  const { caches: others } = sharedCaches(4)
  // each of the others has counts in advance and does not use them
  await Promise.all(others.slice(1).map(({ cache }) => cache.increment('n', 60, 1000)))
  const got = (await count(others.slice(0, 1), 3000, 1000)).filter((n) => n <= 1000).length
  expect(got).toBeGreaterThan(1000 - 1000 / 8)
  expect(got).toBeLessThan(1000)
})

test('far below a limit counting asks seldom', async () => {
  const { caches, traffic } = sharedCaches(2)
  for (let i = 0; i < 10_000; i++) await caches[i % 2]!.cache.increment('n', 86_400, 200_000)
  expect(traffic.sent).toBeLessThan(10)
})
