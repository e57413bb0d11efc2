import { concatBytes } from '../bytes.ts'
import { ArchiveError } from '../errors.ts'
import { decodeUtf8 } from '../schemas/check.ts'

/** Bytes of a line: as much as the body of a single POST may have; none for the process itself. */
const MAX_LINE = { usual: 10 * 1024 * 1024, none: Number.POSITIVE_INFINITY }
export type LineLimit = keyof typeof MAX_LINE

/**
 * A line of the body: its number, from 1 and empty lines counted, and its text or why it has none.
 */
export type Line = { number: number; json: string } | { number: number; error: ArchiveError }

const NEWLINE = 10

/**
 * Cuts a body of UTF-8 into its lines, chunk by chunk. Empty lines are left out; of one that is too
 * long nothing is kept.
 */
export function lineCutter(limit: LineLimit = 'usual'): {
  cut(chunk: Uint8Array): Line[]
  end(reason: 'whole' | 'cut short'): Line[]
} {
  const most = MAX_LINE[limit]
  let number = 0
  let parts: Uint8Array[] = []
  let size = 0

  function add(part: Uint8Array): void {
    size += part.length
    if (size > most) parts = []
    // a copy: the chunk's memory may be used again
    else if (part.length) parts.push(part.slice())
  }
  function finish(): Line[] {
    number++
    const [bytes, length] = [concatBytes(parts), size]
    parts = []
    size = 0
    if (length > most) return [{ number, error: new ArchiveError('too_large', 'The line is larger than 10 MB.') }]
    try {
      const json = decodeUtf8(bytes)
      return json.trim() === '' ? [] : [{ number, json }]
    } catch {
      return [{ number, error: new ArchiveError('bad_json', 'JSON parse error - the line is not UTF-8.') }]
    }
  }
  return {
    cut(chunk) {
      const lines: Line[] = []
      let from = 0
      for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, from)) {
        add(chunk.subarray(from, at))
        lines.push(...finish())
        from = at + 1
      }
      add(chunk.subarray(from))
      return lines
    },
    end(reason) {
      if (size === 0) return []
      if (reason === 'whole') return finish()
      parts = []
      size = 0
      return [{ number: ++number, error: new ArchiveError('bad_body', 'The body was cut short in this line.') }]
    },
  }
}
