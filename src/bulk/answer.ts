import { batchesOf } from './batches.ts'
import { type BulkServices, prepareLines, writeRecords } from './bulk.ts'
import type { LineLimit } from './lines.ts'

/**
 * Bytes of outcomes that wait for a client which sends all before it reads anything: some hundred
 * thousand lines.
 */
const MAX_WAITING = 64 * 1024 * 1024

export interface BulkOptions {
  base: string
  /**
   * `held`: not a byte of the answer leaves before the whole body has come, for proxies that take
   * an answer for the end of the request.
   */
  delivery: 'streamed' | 'held'
  /** Bytes of a line. */
  lineLimit?: LineLimit
  /** Bytes; MAX_WAITING unless given. */
  maxWaiting?: number
}

export interface BulkAnswer {
  /** A line of JSON for each line of the body that is not empty, in order. */
  stream: ReadableStream<Uint8Array>
  /** Ends when the answer may begin. */
  ready: Promise<void>
}

/**
 * Writes the frames of a body of lines, batch by batch, and answers with what became of each line.
 * While one batch is with the database the next is read and checked; beyond that the body is read
 * only as fast as it is written. Once MAX_WAITING bytes of outcomes have not been taken the body is
 * not read on; where the answer is held it ends there, and lines without an outcome were not
 * written. When the client goes away the batch in hand is finished and no other begins.
 */
export function answerBulk(services: BulkServices, body: ReadableStream<Uint8Array>, options: BulkOptions): BulkAnswer {
  const { base, delivery, lineLimit, maxWaiting = MAX_WAITING } = options
  const reader = body.getReader()
  const encoder = new TextEncoder()
  let gone = false
  let wanted = (): void => {}
  let begin = (): void => {}
  const ended = new Promise<void>((resolve) => {
    begin = resolve
  })

  /** Waits until the client has taken enough; false: no more batches. */
  async function room(controller: ReadableStreamDefaultController<Uint8Array>): Promise<boolean> {
    while (!gone && (controller.desiredSize ?? 0) <= 0) {
      if (delivery === 'held') return false
      await new Promise<void>((resolve) => {
        wanted = resolve
      })
    }
    return !gone
  }
  async function run(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    let writing: Promise<void> = Promise.resolve()
    for await (const lines of batchesOf(reader, lineLimit)) {
      const prepared = await prepareLines(services, lines)
      await writing
      if (!(await room(controller))) break
      writing = writeRecords(services, prepared, base).then((outcomes) => {
        const answers = outcomes.map((outcome, i) => `${JSON.stringify({ line: lines[i]!.number, ...outcome })}\n`)
        if (!gone) controller.enqueue(encoder.encode(answers.join('')))
      })
      // awaited below, which may be long after it has failed
      writing.catch(() => {})
    }
    await writing
    begin()
    if (!gone) controller.close()
  }

  const stream = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        run(controller).catch((error) => {
          services.log.error('a bulk request failed', { error: (error as Error).stack ?? String(error) })
          begin()
          if (!gone) controller.error(error)
        })
      },
      pull: () => wanted(),
      cancel() {
        gone = true
        wanted()
        return reader.cancel().catch(() => {})
      },
    },
    new ByteLengthQueuingStrategy({ highWaterMark: maxWaiting }),
  )
  return { stream, ready: delivery === 'held' ? ended : Promise.resolve() }
}
