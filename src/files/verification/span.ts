import { pause } from '../../concurrency.ts'
import { findingsBetween } from '../../queries/verifications/findings.ts'
import { countRead, finishSpan, keepSpan, releaseSpan, type Span } from '../../queries/verifications/spans.ts'
import { readRecords } from './record.ts'
import type { Run } from './run.ts'

/** How often a claim is renewed, and what was done is noted. A claim lasts a minute. */
const KEEP_MS = 10_000

/**
 * Verifies the files of a span that is claimed, from where it was left. Where the run ends before
 * the span does, the next one goes on there.
 */
export async function verifySpan(run: Run, span: Span): Promise<void> {
  const { writer, store } = run.verifying
  const { files, next_id: first, last_id: last } = span
  const records = await readRecords(writer, store, files, { first, last })
  const had = await findingsBetween(writer, files, first, last)
  // in the order of the ids, so that the first is where to go on
  const left = new Set(records.map(({ id }) => id))
  const nextId = () => left.values().next().value ?? last + 1
  let [filesNoted, bytesNoted] = [run.files, run.bytes]
  let isOurs = true

  const noteRead = async (): Promise<void> => {
    const [read, bytes] = [run.files - filesNoted, run.bytes - bytesNoted]
    ;[filesNoted, bytesNoted] = [run.files, run.bytes]
    await countRead(writer, run.reading, read, bytes)
  }
  const ending = new AbortController()
  async function keep(): Promise<void> {
    for (;;) {
      await pause(KEEP_MS, ending.signal)
      if (ending.signal.aborted || !isOurs) return
      isOurs = await keepSpan(writer, run, span, nextId())
      await noteRead()
    }
  }
  const keeping = keep()
  // what it throws is thrown below
  keeping.catch(() => {
    isOurs = false
  })
  try {
    await run.workThrough(records, had, (id) => {
      left.delete(id)
      return isOurs
    })
  } finally {
    ending.abort()
  }
  await keeping
  if (isOurs) await (left.size === 0 ? finishSpan(writer, run, span) : releaseSpan(writer, run, span, nextId()))
  await noteRead()
}
