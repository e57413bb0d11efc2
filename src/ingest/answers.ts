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
    return { outcome, key: version_set.find((v) => v.md5 === sent.md5)?.key ?? null, id, url }
  if (outcome === 'refused') return refusal(errors)
  if (outcome === 'failed') return new Unavailable(`the archive answers: ${refusal(errors).reason}`)
  return new Error(
    `the archive answers ${JSON.stringify(outcome)}, which this version does not know: update Platestack`,
  )
}

/** Errors in Django REST framework's shape (`{field: [message]}`, nested) in words. */
export function refusal(errors: unknown): Extract<Answer, { outcome: 'refused' }> {
  const said = [...flat(errors, '')]
  const reason = said.map(({ field, message }) => (field ? `${field}: ${message}` : message)).join('; ')
  return { outcome: 'refused', reason: reason || 'the archive does not say why', field: said[0]?.field || null }
}

/** Names that say nothing of a record. */
const NO_FIELDS = new Set(['detail', 'non_field_errors'])

function* flat(errors: unknown, field: string): Generator<{ field: string; message: string }> {
  if (typeof errors === 'string') yield { field, message: errors }
  else if (Array.isArray(errors)) for (const error of errors) yield* flat(error, field)
  else if (typeof errors === 'object' && errors !== null)
    for (const [name, error] of Object.entries(errors))
      yield* flat(error, NO_FIELDS.has(name) ? field : field ? `${field}.${name}` : name)
}
