import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { answerBulk } from '../../../src/bulk/answer.ts'
import { type TestArchive, testArchive } from '../../support/archive.ts'
import { linesOf, ndjson, rows } from '../../support/bulk.ts'
import { newFrame } from '../../support/frames.ts'

let archive: TestArchive

beforeAll(async () => {
  archive = await testArchive()
})

afterAll(() => archive.close())

const encoder = new TextEncoder()

describe('the answer', () => {
  /** A body whose lines are sent when the test says so. */
  function slowBody() {
    let controller!: ReadableStreamDefaultController<Uint8Array>
    let pulls = 0
    let cancelled = false
    const body = new ReadableStream<Uint8Array>({
      start(c) {
        controller = c
      },
      pull() {
        pulls++
      },
      cancel() {
        cancelled = true
      },
    })
    return {
      body,
      send: (...records: unknown[]) => controller.enqueue(encoder.encode(ndjson(records))),
      end: () => controller.close(),
      pulls: () => pulls,
      cancelled: () => cancelled,
    }
  }
  const next = async (reader: ReadableStreamDefaultReader<Uint8Array>) =>
    linesOf(new TextDecoder().decode((await reader.read()).value))
  const ask = (body: ReadableStream, headers: Record<string, string> = {}) =>
    archive.request('/frames/bulk/', {
      method: 'POST',
      token: archive.root,
      body,
      headers: { 'content-type': 'application/x-ndjson', ...headers },
      ...({ duplex: 'half' } as object),
    })

  test('begins before the body has ended, and goes on as lines arrive', async () => {
    const { body, send, end } = slowBody()
    const response = await ask(body)
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/x-ndjson'])
    const reader = response.body!.getReader()
    send(newFrame('early 1'))
    expect(await next(reader)).toMatchObject([{ line: 1, outcome: 'created' }])
    send(newFrame('early 2'), newFrame('early 3'))
    expect(await next(reader)).toMatchObject([{ line: 2 }, { line: 3 }])
    end()
    expect((await reader.read()).done).toBe(true)
  })

  test('waits for the end of the body behind a proxy, which would take it for the end', async () => {
    const { body, send, end } = slowBody()
    const response = ask(body, { 'x-forwarded-host': 'archive.example', 'x-forwarded-proto': 'https' })
    send(newFrame('held 1'))
    await expect
      .poll(() => rows(archive, `select basename from frames where basename = 'held 1'`))
      .toEqual([{ basename: 'held 1' }])
    expect(await Promise.race([response, new Promise((resolve) => setTimeout(resolve, 100, 'nothing yet'))])).toBe(
      'nothing yet',
    )
    end()
    const [told] = linesOf(await (await response).text())
    expect(told).toMatchObject({ outcome: 'created', url: expect.stringMatching(/^https:\/\/archive\.example\//) })
  })

  test('that nobody reads stops the body in time, and goes on when somebody does', async () => {
    let sent = 0
    const body = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          if (sent === 5000) return controller.close()
          controller.enqueue(encoder.encode(ndjson(Array.from({ length: 100 }, () => ({ basename: `b${sent++}` })))))
        },
      },
      { highWaterMark: 0 },
    )
    const { stream } = answerBulk(archive.services, body, { base: '', delivery: 'streamed', maxWaiting: 100_000 })
    let before = 0
    const still = () => {
      const same = before > 0 && sent === before
      before = sent
      return same
    }
    await expect.poll(still, { interval: 300 }).toBe(true)
    expect(sent).toBeLessThan(2000)
    expect(linesOf(await new Response(stream).text()).map((t) => t.line)).toEqual(
      Array.from({ length: 5000 }, (_, i) => i + 1),
    )
  })

  test('that is held and grows too large ends the body; lines without an answer were not written', async () => {
    const { body, send } = slowBody()
    const names = Array.from({ length: 1000 }, (_, i) => `limit ${i}`)
    send(...names.map((name) => newFrame(name)))
    const held = { base: '', delivery: 'held', maxWaiting: 50_000 } as const
    const { stream, ready } = answerBulk(archive.services, body, held)
    await ready
    const told = linesOf(await new Response(stream).text())
    expect(told.length).toBeLessThan(1000)
    const [{ count }] = await rows(archive, `select count(*)::int from frames where basename like 'limit %'`)
    expect(count).toBe(told.length)
  })

  test('whose client goes away ends the reading, and no batch begins after that in hand', async () => {
    const { body, send, cancelled } = slowBody()
    const response = await ask(body)
    const reader = response.body!.getReader()
    send(newFrame('away 1'))
    await next(reader)
    await reader.cancel()
    expect(cancelled()).toBe(true)
    expect(await rows(archive, `select basename from frames where basename like 'away %'`)).toHaveLength(1)
  })
})
