import type { Answer, Sent } from './archive.ts'
import { Unavailable } from './unavailable.ts'

/** What POST /frames/bulk/ says of a record, as far as an ingester reads it. */
export interface BulkLine {
  outcome: string
  id?: number | null
  url?: string | null
  version_set?: readonly { key: string; md5: string }[]
  errors?: unknown
}

/** The answer to a record out of a line of a bulk answer; what may pass is an Unavailable. */
export function answerOf(
  { outcome, id = null, url = null, version_set = [], errors }: BulkLine,
  sent: Sent,
): Answer | Error {
  if (outcome === 'created') return { outcome, id, url }
  if (outcome === 'new_version') return { outcome: 'version_added', id, url }
  if (outcome === 'already_there')
    return { outcome, key: version_set.find((v) => v.md5 === sent.md5)?.key ?? null, id, url, filename: null }
  if (outcome === 'refused') return refusal(errors)
  if (outcome === 'failed') return new Unavailable(`the archive answers: ${wordsOf(refusal(errors))}`)
  return new Error(
    `the archive answers ${JSON.stringify(outcome)}, which this version does not know: update Platestack`,
  )
}

type Refusal = Extract<Answer, { outcome: 'refused' }>

/** Errors in Django REST framework's shape (`{field: [message]}`, nested) one by one. */
export function refusal(errors: unknown): Refusal {
  const faults = [...flat(errors, '')].map(({ field, message }) => ({ field: field || null, message }))
  return { outcome: 'refused', faults: faults.length ? faults : [{ field: null, message: 'it does not say why' }] }
}

/** A refusal in words. @param named how a field is called; as it is unless given */
export const wordsOf = ({ faults }: Refusal, named = (field: string): string => field): string =>
  faults.map(({ field, message }) => (field === null ? message : `${named(field)}: ${message}`)).join('; ')

/** Names that say nothing of a record. */
const NO_FIELDS = new Set(['detail', 'non_field_errors'])

function* flat(errors: unknown, field: string): Generator<{ field: string; message: string }> {
  if (typeof errors === 'string') yield { field, message: errors }
  else if (Array.isArray(errors)) for (const error of errors) yield* flat(error, field)
  else if (typeof errors === 'object' && errors !== null)
    for (const [name, error] of Object.entries(errors))
      yield* flat(error, NO_FIELDS.has(name) ? field : field ? `${field}.${name}` : name)
}
