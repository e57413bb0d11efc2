import type { z } from '@hono/zod-openapi'
import { ArchiveError, ValidationError } from '../errors.ts'
import { drfErrors, pythonType } from './fields.ts'
import { tooMuchJson } from './json_text.ts'

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
