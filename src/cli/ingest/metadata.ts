import { readFile, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { readMetadata } from '../../fits/header/dictionary.ts'
import { BadFile, type Metadata } from '../../ingest/describe/description.ts'
import { membersOf } from '../../schemas/json_text.ts'
import { UsageError } from '../command.ts'
import { fileFault, whenFree } from './file.ts'

/**
 * Metadata for the files of one run: of one file from several places, keyword by keyword the
 * nearest to the file wins.
 */
export interface GivenMetadata {
  /** undefined: none for this file. Throws BadFile when the file beside it cannot be read. */
  of(path: string): Promise<Metadata | undefined>
}

/** Where a file's own metadata may lie. */
export const beside = (path: string): string => `${path}.json`

/**
 * The metadata of --metadata FILE (null: none) and of the files beside those that are ingested. The
 * file holds a JSON object of keywords for all files, or of file names (or basenames: up to the
 * first dot) with an object of keywords each. Throws UsageError for what is neither.
 */
export async function givenMetadata(path: string | null): Promise<GivenMetadata> {
  const given = path === null ? null : parsed(await textOf(path), path)
  return {
    async of(file) {
      const own = await ownOf(file)
      const named = given instanceof Map ? given : given?.get(file)
      if (!own || !named) return own ?? named
      return new Map([...named, ...own])
    },
  }
}

/** Far more than any header has, bytes: those beside many files are read at the same time. */
const LARGEST_OWN = 2 ** 20

/** Text without a byte order mark, with which Windows' editors begin one. */
async function read(path: string): Promise<string> {
  const bytes = await whenFree(() => readFile(path))
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new Error('it is no text in UTF-8: save it as that')
  }
}

const textOf = (path: string): Promise<string> =>
  read(path).catch((error) => {
    throw new UsageError(`--metadata ${path} cannot be read: ${fileFault(error)}`)
  })

/** What lies beside a file, which may be anything; null: nothing. */
async function ownText(path: string): Promise<string | null> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    // no file can have that name
    if (error.code === 'ENOENT' || error.code === 'ENAMETOOLONG') return null
    throw error
  })
  if (!found) return null
  if (!found.isFile()) throw new Error('it is no regular file')
  if (found.size > LARGEST_OWN) throw new Error(`it has ${found.size} bytes, and metadata at most ${LARGEST_OWN}`)
  return read(path)
}

async function ownOf(file: string): Promise<Metadata | undefined> {
  let text: string | null
  try {
    text = await ownText(beside(file))
  } catch (error) {
    throw new BadFile(`its metadata ${beside(file)} cannot be read: ${fileFault(error)}`)
  }
  if (text === null) return undefined
  try {
    return metadataOf(text)
  } catch (error) {
    throw new BadFile(`its metadata ${beside(file)} cannot be used: ${(error as Error).message}`)
  }
}

interface ByName {
  get(file: string): Metadata | undefined
}

function parsed(text: string, path: string): Metadata | ByName {
  try {
    const value: unknown = parse(text)
    const members = isObject(value) ? Object.values(value) : []
    return members.length && members.every(isObject) ? byName(text) : metadataOf(text)
  } catch (error) {
    throw new UsageError(`--metadata ${path} cannot be used: ${(error as Error).message}`)
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function byName(text: string): ByName {
  const files = new Map([...membersOf(text)].map(([name, member]) => [name, readMetadata(member)]))
  return {
    get(file) {
      const name = basename(file)
      return files.get(file) ?? files.get(name) ?? files.get(name.replace(/\..*$/s, ''))
    },
  }
}

function metadataOf(text: string): Metadata {
  const value = parse(text)
  if (!isObject(value)) throw new Error('it is no JSON object of keywords and values')
  return readMetadata(text)
}

/**
 * JSON.parse, with line and column of what is wrong: newer releases of V8 do not always tell the
 * place.
 */
function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    const before = text.slice(0, wrongAt(text)).split('\n')
    throw new Error(`it is no JSON: see line ${before.length}, column ${before.at(-1)!.length + 1}`)
  }
}

const TOKEN = /"(?:[^"\\]|\\.)*"?|[{}[\],:]|[^\s"{}[\],:]+/gs

/** Metadata has two levels; deeper than this is rejected. */
const DEEPEST = 100

/** Where a text stops being JSON: before its first token that cannot come there. */
function wrongAt(text: string): number {
  const tokens = [...text.matchAll(TOKEN)].map(({ 0: token, index }) => ({ token, index }))
  let at = 0
  const is = (token: string): boolean => tokens[at]?.token === token && at++ >= 0
  const isString = (): boolean => tokens[at]?.token.startsWith('"') === true && scalar()
  const scalar = (): boolean => {
    try {
      JSON.parse(tokens[at]?.token ?? '')
      return at++ >= 0
    } catch {
      return false
    }
  }
  const list = (one: () => boolean, end: string): boolean => {
    if (is(end)) return true
    do if (!one()) return false
    while (is(','))
    return is(end)
  }
  const value = (depth: number): boolean => {
    const inside = () => value(depth + 1)
    if (depth > DEEPEST) return false
    return is('{') ? list(() => isString() && is(':') && inside(), '}') : is('[') ? list(inside, ']') : scalar()
  }
  value(0)
  return tokens[at]?.index ?? text.length
}
