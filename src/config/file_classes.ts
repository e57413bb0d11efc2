import type { Parser } from './parsers.ts'

/**
 * How a file is read and where it is stored, chosen by its extension. Operators write these names.
 */
export const FILE_CLASSES = [
  'DataFile',
  'FitsFile',
  'LcoFitsFile',
  'TarWithFitsFile',
  'LcoTarWithFitsFile',
  'ThumbnailFile',
  'PtrBaseFileClass',
  'JpgFile',
] as const
export type FileClass = (typeof FILE_CLASSES)[number]

/** File extension (with its dot) to class. */
export type FileClassOverrides = Readonly<Record<string, FileClass>>

/**
 * FILETYPE_MAPPING_OVERRIDES: a JSON object or Python dict of extension to the dotted path of a
 * class, whose last part counts.
 */
export const fileClassOverrides: Parser<FileClassOverrides> = (text) => {
  const pairs = parseStringDict(text)
  if (pairs === null) return { expected: `a JSON object or Python dict of strings, like {'.tar': 'FitsFile'}` }
  const overrides: Record<string, FileClass> = {}
  for (const [extension, path] of pairs) {
    const name = path.slice(path.lastIndexOf('.') + 1)
    const known = FILE_CLASSES.find((known) => known === name)
    if (!/^\..+/.test(extension))
      return { expected: `extensions that begin with a dot, not ${JSON.stringify(extension)}` }
    if (!known) return { expected: `classes out of ${FILE_CLASSES.join(', ')}, not ${JSON.stringify(name)}` }
    overrides[extension] = known
  }
  return { value: overrides }
}

const TOKEN = /\s*(?:([{}:,])|u?('(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"))\s*/y

/** The pairs of a dict of strings, in JSON or Python syntax; null for anything else. */
function parseStringDict(text: string): [string, string][] | null {
  const tokens: string[] = []
  TOKEN.lastIndex = 0
  for (let at = 0; at < text.length; at = TOKEN.lastIndex) {
    const token = TOKEN.exec(text)
    if (token === null) return null
    tokens.push((token[1] ?? token[2])!)
  }
  if (tokens.shift() !== '{' || tokens.pop() !== '}') return null
  const pairs: [string, string][] = []
  while (tokens.length > 0) {
    const [key = '', colon, value = '', comma] = tokens.splice(0, 4)
    if (!isString(key) || colon !== ':' || !isString(value) || (comma !== undefined && comma !== ',')) return null
    pairs.push([unquote(key), unquote(value)])
  }
  return pairs
}

const isString = (token: string): boolean => /^['"]/.test(token)

const CONTROLS: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f' }

function unquote(token: string): string {
  return token
    .slice(1, -1)
    .replace(/\\(?:u([0-9a-f]{4})|x([0-9a-f]{2})|(.))/gi, (_, unicode?: string, byte?: string, other = '') => {
      const code = unicode ?? byte
      return code === undefined ? (CONTROLS[other] ?? other) : String.fromCharCode(Number.parseInt(code, 16))
    })
}
