/** What stands for a raw part until it is put in: a member that no answer has. */
const MARK = { '': 0 }
const MARK_TEXT = JSON.stringify(MARK)

/** The raw parts of the value that is being written; null: none is. */
let found: string[] | null = null

/**
 * A part of an answer that is JSON already, as the database has made it: `writeJson` puts it in as
 * it is. The text has to be what JSON.stringify would make of it.
 */
export class RawJson {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }

  toJSON(): unknown {
    if (found === null) return JSON.parse(this.text)
    found.push(this.text)
    return MARK
  }
}

/**
 * A value as JSON.stringify writes it, its raw parts put in afterwards: reading and writing the
 * areas of a page takes as long as all the rest of it.
 */
export function writeJson(value: unknown): string {
  const raw: string[] = []
  found = raw
  let json: string
  try {
    json = JSON.stringify(value)
  } finally {
    found = null
  }
  if (raw.length === 0) return json
  // quotes are escaped inside of strings, so a text cannot look like a mark
  const between = json.split(MARK_TEXT)
  if (between.length !== raw.length + 1) return JSON.stringify(value)
  return between.map((text, i) => (i === 0 ? text : raw[i - 1]! + text)).join('')
}
