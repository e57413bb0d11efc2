import { batchesOf } from './batches.ts'
import { type BulkOutcome, type BulkServices, type Prepared, prepareRecords, refusal, writeRecords } from './bulk.ts'
import type { Line } from './lines.ts'

/** Bytes of outcomes that wait for a client which sends all before it reads anything: some hundred thousand lines. */
const MAX_WAITING = 64 * 1024 * 1024

/** `held`: not a byte of the answer leaves before the whole body has come, for proxies that take an answer for the end of the request. */
export interface BulkOptions {
  base: string
  delivery: 'streamed' | 'held'
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
 * Writes the frames of a body of lines, batch by batch, and tells of each line what became of it. While one batch is with the database the
 * next is read and checked; beyond that the body is read only as fast as it is written. Once MAX_WAITING bytes of outcomes have not been
 * taken the body is not read on; where the answer is held it ends there, and lines without an outcome were not written. When the client
 * goes away the batch in hand is finished and no other begins.
 */
export function answerBulk(services: BulkServices, body: ReadableStream<Uint8Array>, options: BulkOptions): BulkAnswer {
  const { base, delivery, maxWaiting = MAX_WAITING } = options
  const reader = body.getReader()
  const encoder = new TextEncoder()
  let gone = false
  let wanted = (): void => {}
  let begin = (): void => {}
  const ended = new Promise<void>((resolve) => {
    begin = resolve
  })

  async function write(batch: Batch, controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    const outcomes = await writeRecords(services, batch.prepared, base)
    if (!gone) controller.enqueue(encoder.encode(outcomes.map((o, i) => toldOf(batch.lines[i]!, o)).join('')))
  }
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
    for await (const lines of batchesOf(reader)) {
      const batch = await prepare(services, lines)
      await writing
      if (!(await room(controller))) break
      writing = write(batch, controller)
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

interface Batch {
  lines: readonly Line[]
  prepared: Prepared[]
}

async function prepare(services: BulkServices, lines: readonly Line[]): Promise<Batch> {
  const read = lines.filter((line) => 'json' in line)
  const records = new Map((await prepareRecords(services, read)).map((record, i) => [read[i]!.number, record]))
  return {
    lines,
    prepared: lines.map((line) => ('json' in line ? records.get(line.number)! : refusal(null, line.error))),
  }
}

const toldOf = ({ number }: Line, outcome: BulkOutcome): string => `${JSON.stringify({ line: number, ...outcome })}\n`
