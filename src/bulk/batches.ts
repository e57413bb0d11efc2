import { type Line, type LineLimit, lineCutter } from './lines.ts'

/**
 * A batch is one transaction: large enough that its round trips do not count, small enough to be
 * written again when one of it is refused.
 */
const MAX_RECORDS = 200
const MAX_CHARACTERS = 4 * 1024 * 1024
/** How long the first line of a batch waits for more. */
const WAIT_MS = 50

/**
 * The lines of a body in batches, as they arrive. A body that breaks off ends with a line that says
 * so.
 * @param reader is cancelled when no more batches are asked for
 */
export async function* batchesOf(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  limit?: LineLimit,
): AsyncGenerator<Line[]> {
  const { cut, end } = lineCutter(limit)
  let batch: Line[] = []
  let characters = 0
  let late: Promise<'late'> | null = null
  let timer: ReturnType<typeof setTimeout> | undefined
  const take = (): Line[] => {
    const taken = batch
    batch = []
    characters = 0
    late = null
    clearTimeout(timer)
    return taken
  }
  let reading: Promise<Line[] | null> | null = null
  try {
    for (;;) {
      reading ??= reader.read().then(
        ({ done, value }) => (done ? null : cut(value)),
        () => {
          batch.push(...end('cut short'))
          return null
        },
      )
      const lines = await (late === null ? reading : Promise.race([reading, late]))
      if (lines === 'late') {
        yield take()
        continue
      }
      reading = null
      if (lines === null) break
      for (const line of lines) {
        batch.push(line)
        characters += 'json' in line ? line.json.length : 0
        if (batch.length >= MAX_RECORDS || characters >= MAX_CHARACTERS) yield take()
      }
      if (batch.length)
        late ??= new Promise((resolve) => {
          timer = setTimeout(resolve, WAIT_MS, 'late')
        })
    }
    batch.push(...end('whole'))
    if (batch.length) yield batch
  } finally {
    clearTimeout(timer)
    // a read that is under way ends with this
    await reader.cancel().catch(() => {})
  }
}
