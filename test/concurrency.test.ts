import { expect, test } from 'vitest'
import { mapConcurrently } from '../src/concurrency.ts'

test('answers come in the order of the items, so many at a time', async () => {
  let [running, most] = [0, 0]
  const answers = await mapConcurrently([3, 1, 2], 2, async (n) => {
    most = Math.max(most, ++running)
    await new Promise((resolve) => setTimeout(resolve, n))
    running--
    return n * 10
  })
  expect([answers, most]).toEqual([[30, 10, 20], 2])
})

test('the first failure ends it: no other item is begun', async () => {
  const begun: number[] = []
  const work = async (n: number) => {
    begun.push(n)
    await new Promise((resolve) => setTimeout(resolve, 1))
    if (n === 3) throw new Error('three')
  }
  const items = Array.from({ length: 100 }, (_, i) => i)
  await expect(mapConcurrently(items, 2, work)).rejects.toThrow('three')
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(begun.length).toBeLessThan(7)
})
