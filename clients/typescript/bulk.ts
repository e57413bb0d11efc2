import { type Ask, type Connection, nameOf, send, urlOf, within } from './connection.ts'
import { ArchiveError, noAnswer, parseOr } from './error.ts'
import type { BulkOutcome, FrameRecord } from './records.ts'
import { persist } from './waiting.ts'

/** Of a request. A larger record goes alone. */
const BATCH = { records: 200, characters: 4_000_000 }

/** How records are sent. */
export interface BulkOptions {
  signal?: AbortSignal
}

/**
 * Sends many records, some hundred at a time, and tells of each what became of it, in their order.
 * What is refused holds nothing else up. A record that is there already is no error: whatever breaks,
 * all may be sent again, as this does itself while the archive is busy or away.
 */
export async function* ingestMany(
  connection: Connection,
  records: Iterable<FrameRecord> | AsyncIterable<FrameRecord>,
  options: BulkOptions = {},
): AsyncGenerator<BulkOutcome, void, undefined> {
  let before = 0
  for await (const lines of batches(records)) {
    const outcomes: BulkOutcome[] = []
    try {
      await sendLines(connection, lines, outcomes, options)
    } finally {
      // of those that were answered before it broke it is told
      for (const [i, outcome] of outcomes.entries()) outcome.line = before + i + 1
      yield* outcomes
    }
    before += lines.length
  }
}

async function* batches(records: Iterable<FrameRecord> | AsyncIterable<FrameRecord>): AsyncGenerator<string[]> {
  let lines: string[] = []
  let characters = 0
  for await (const record of records) {
    const line = `${JSON.stringify(record)}\n`
    if (lines.length === BATCH.records || (lines.length && characters + line.length > BATCH.characters)) {
      yield lines
      ;[lines, characters] = [[], 0]
    }
    lines.push(line)
    characters += line.length
  }
  if (lines.length) yield lines
}

/** Adds to `outcomes` that of each line. */
async function sendLines(
  connection: Connection,
  lines: readonly string[],
  outcomes: BulkOutcome[],
  { signal }: BulkOptions,
): Promise<void> {
  const asked: Ask = {
    method: 'POST',
    url: urlOf(connection, '/frames/bulk/'),
    headers: { 'content-type': 'application/x-ndjson', accept: 'application/x-ndjson' },
    signal,
  }
  const begun = outcomes.length
  /** Lines of a request, since a proxy refused more. */
  let most = lines.length
  const sendSome = async () => {
    const done = outcomes.length - begun
    const some = lines.slice(done, done + most)
    const answer = await send(connection, { ...asked, body: some.join('') })
    for await (const line of linesOf(connection, asked, answer)) {
      const outcome = parseOr(line, null) as BulkOutcome | null
      if (typeof outcome?.line !== 'number')
        throw new ArchiveError(nameOf(asked), `what answers is no archive: ${line.slice(0, 100)}`)
      outcomes.push(outcome)
    }
    if (outcomes.length < begun + done + some.length)
      throw new ArchiveError(nameOf(asked), 'the archive broke off in the middle of its answer')
  }
  while (outcomes.length < begun + lines.length) {
    try {
      await persist(sendSome, { patienceMs: connection.patienceMs, repeatable: true, signal })
    } catch (error) {
      if (!(error instanceof ArchiveError) || error.status !== 413 || most === 1) throw error
      most = Math.ceil(most / 2)
    }
  }
}

/** The lines of an answer, as they come. @throws ArchiveError where it breaks off */
async function* linesOf({ timeoutMs }: Connection, asked: Ask, { body }: Response): AsyncGenerator<string> {
  if (!body) return
  const reader = body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader()
  let rest = ''
  try {
    for (;;) {
      const { value, done } = await within(timeoutMs, reader.read()).catch((error) => {
        throw noAnswer(nameOf(asked), error)
      })
      if (done) break
      const lines = (rest + value).split('\n')
      rest = lines.pop()!
      yield* lines.filter(Boolean)
    }
    // a line that was cut off says nothing
  } finally {
    await reader.cancel().catch(() => {})
  }
}
