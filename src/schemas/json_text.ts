const [QUOTE, BACKSLASH, COMMA, COLON, OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [...'"\\,:[]{}'].map((c) =>
  c.charCodeAt(0),
) as [number, number, number, number, number, number, number, number]

/** The place behind the string that begins at `at`. */
function endOfString(json: string, at: number): number {
  for (let i = at + 1; i < json.length; i++) {
    const char = json.charCodeAt(i)
    if (char === BACKSLASH) i++
    else if (char === QUOTE) return i + 1
  }
  return json.length
}

/** Headers are flat, areas have four levels: what walks a body need not fear for its stack. */
const MAX_DEPTH = 100
/** Far beyond any header: 10 MB of empty objects take seconds and hundreds of MB to read. */
const MAX_VALUES = 200_000

/** Why a text is not even to be parsed as JSON; null: it may be. */
export function tooMuchJson(json: string): string | null {
  let depth = 0
  let values = 0
  for (let i = 0; i < json.length; i++) {
    const char = json.charCodeAt(i)
    if (char === QUOTE) i = endOfString(json, i) - 1
    else if (char === COMMA) values++
    else if (char === OPEN_LIST || char === OPEN_OBJECT) {
      if (++depth > MAX_DEPTH) return `more than ${MAX_DEPTH} levels deep`
    } else if (char === CLOSE_LIST || char === CLOSE_OBJECT) depth--
    if (values > MAX_VALUES) return `more than ${MAX_VALUES} values`
  }
  return null
}

/**
 * A member of a JSON object as it is written, so that no digit of its numbers is lost; of a
 * repeated one the last, as JSON.parse has it.
 * @param json the text of an object that JSON.parse accepts
 */
export function memberText(json: string, name: string): string | undefined {
  let found: string | undefined
  for (const [each, text] of membersOf(json)) if (each === name) found = text
  return found
}

/** The members of a JSON object, each with its value as it is written. */
export function* membersOf(json: string): Generator<[name: string, text: string]> {
  let depth = 0
  let key = ''
  let start = 0
  for (let i = 0; i < json.length; i++) {
    const char = json.charCodeAt(i)
    if (char === QUOTE) {
      const end = endOfString(json, i)
      if (depth === 1 && start === 0) key = json.slice(i, end)
      i = end - 1
    } else if (char === OPEN_LIST || char === OPEN_OBJECT) depth++
    else if (char === COLON && depth === 1) start = i + 1
    else {
      const closes = char === CLOSE_LIST || char === CLOSE_OBJECT
      if (closes) depth--
      const ends = start !== 0 && ((char === COMMA && depth === 1) || (closes && depth === 0))
      if (!ends) continue
      yield [JSON.parse(key) as string, json.slice(start, i)]
      start = 0
    }
  }
}
