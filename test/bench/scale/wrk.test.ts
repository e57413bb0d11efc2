import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import fc from 'fast-check'
import { afterEach, expect, test } from 'vitest'
import { loadByWrk, takeBack } from './wrk.ts'

let server: Server | undefined
afterEach(() => server?.closeAllConnections())
afterEach(() => server?.close())

/** A server that answers each path after so many milliseconds, and what it was asked. */
async function serve(
  answers: Record<string, { after: number; status?: number }>,
): Promise<{ base: string; asked: string[] }> {
  const asked: string[] = []
  server = createServer(({ url }, answer) => {
    asked.push(url!)
    const { after, status = 200 } = answers[url!]!
    setTimeout(() => answer.writeHead(status).end('{}'), after)
  })
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve))
  return { base: `http://127.0.0.1:${(server.address() as AddressInfo).port}/archive/`, asked }
}

test('times are of the answers as they came, some slow and most quick', async () => {
  const paths = ['/a', '/b', '/c', '/slow?x=1', '/slow?x=2']
  const { base, asked } = await serve(
    Object.fromEntries(paths.map((path) => [`/archive${path}`, { after: path.startsWith('/slow') ? 400 : 1 }])),
  )
  const { perSecond, p50, p99 } = await loadByWrk(base, paths, { concurrency: 4, seconds: 3 })
  // wrk's own median is 200 ms and more: it adds what it takes for missed
  expect(p50).toBeLessThan(100)
  expect(p99).toBeGreaterThanOrEqual(400)
  expect(perSecond).toBeGreaterThan(10)
  // in three seconds no more than the server was asked for, the second before them included
  expect(perSecond * 3).toBeLessThanOrEqual(asked.length)
  const often = paths.map((path) => asked.filter((url) => url === `/archive${path}`).length)
  // in turn over all connections, in two runs
  expect(Math.max(...often) - Math.min(...often)).toBeLessThanOrEqual(2)
})

test('answers that are errors are told and not counted', async () => {
  const { base } = await serve({ '/archive/a': { after: 10 }, '/archive/b': { after: 10, status: 503 } })
  const { perSecond, failed } = await loadByWrk(base, ['/a', '/b', '/b', '/b'], { concurrency: 1, seconds: 1 })
  expect(failed).toBeGreaterThan(3)
  // three of four fail; counted too, they would make the rate some 1.3 times the failures of this second, which may last longer
  expect(perSecond).toBeGreaterThan(0)
  expect(perSecond).toBeLessThan(failed / 2)
})

test('no answer in the time is a rate of nothing', async () => {
  const { base } = await serve({ '/archive/a': { after: 5000 } })
  expect(await loadByWrk(base, ['/a'], { concurrency: 2, seconds: 1 })).toEqual({
    perSecond: 0,
    failed: 0,
    p50: NaN,
    p99: NaN,
  })
})

test('what wrk has added to the times is taken off exactly', () => {
  const measured = fc.dictionary(fc.integer({ min: 1, max: 400 }).map(String), fc.integer({ min: 1, max: 9 }))
  fc.assert(
    fc.property(measured, fc.integer({ min: 1, max: 100 }), (counts, mean) => {
      const real = new Map(Object.entries(counts).map(([time, count]) => [Number(time), count]))
      // as wrk does it: from twice the mean up, each count is added at every mean less
      const printed = new Map(real)
      for (let time = 2 * mean; time <= 400; time++)
        for (let added = time - mean; added > mean && printed.get(time); added -= mean)
          printed.set(added, (printed.get(added) ?? 0) + printed.get(time)!)
      takeBack(printed, mean)
      expect(new Map([...printed].filter(([, count]) => count > 0))).toEqual(real)
    }),
  )
})
