import type { z } from '@hono/zod-openapi'
import { ArchiveError, ValidationError } from '../errors.ts'
import { tooMuchJson } from './json_text.ts'
import { pythonType } from './values.ts'

/** The value of a JSON text; otherwise a 400 that says why it is none. */
export function parseJson(text: string): unknown {
  const reason = tooMuchJson(text)
  if (reason !== null) throw new ArchiveError('bad_json', `JSON parse error - ${reason}.`)
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new ArchiveError('bad_json', `JSON parse error - ${(error as Error).message.slice(0, 200)}`)
  }
}

/** The text of UTF-8 bytes; otherwise a 400. */
export function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new ArchiveError('bad_json', 'JSON parse error - the body is not UTF-8.')
  }
}

/** A body that fits the schema. @throws ValidationError what does not, in DRF's shape */
export function check<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ValidationError({
      non_field_errors: [`Invalid data. Expected a dictionary, but got ${pythonType(value)}.`],
    })
  }
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  throw new ValidationError(drfErrors(parsed.error.issues, value))
}

interface Issue {
  path: PropertyKey[]
  message: string
}

/**
 * zod's issues in Django REST framework's shape: `{field: [message]}`; of a list of objects a list
 * with `{}` for the good ones; of a list of plain values an object keyed by index.
 */
export function drfErrors(issues: readonly Issue[], input: unknown): unknown {
  const groups = new Map<PropertyKey, Issue[]>()
  const own: string[] = []
  for (const { path, message } of issues) {
    const [head, ...rest] = path
    const issue = { path: rest, message }
    if (head === undefined) own.push(message)
    else if (!groups.get(head)?.push(issue)) groups.set(head, [issue])
  }
  if (groups.size === 0) return own
  const child = (key: PropertyKey) => (input as Record<PropertyKey, unknown> | undefined)?.[key]
  const entries = [...groups].map(([key, group]) => [key, drfErrors(group, child(key))] as const)
  const ofObjects = Array.isArray(input) && issues.some((i) => i.path.length > 1)
  if (ofObjects) {
    const byIndex = new Map(entries)
    return input.map((_, i) => byIndex.get(i) ?? {})
  }
  return Object.fromEntries(own.length ? [...entries, ['non_field_errors', own]] : entries)
}
