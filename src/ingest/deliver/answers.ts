import type { HeaderKeys } from '../../config/types.ts'
import type { HeaderValue } from '../../fits/header/dictionary.ts'
import type { FileOutcome, Outcome } from '../../outcome.ts'
import type { IngestRecord } from '../describe/description.ts'
import { showValue } from '../describe/header_values.ts'
import { Unavailable } from './faults.ts'
import { type Answered, brief, parseOr } from './http.ts'

/** A record on its way. */
export interface Sent {
  /** The store's key of the file that it names. */
  key: string
  md5: string
  /** The whole record, on one line. */
  json: string
}

/** What is known of a frame that has a content. */
export interface Known {
  /** Under which key it has the content; null: not said. */
  key: string | null
  /** Of the frame; null: not said. */
  id: number | null
  url: string | null
  /** The name that the file has there; null: not known. */
  filename: string | null
}

/** What is wrong with a member of a record; `field` is null where it is none in particular. */
interface Fault {
  field: string | null
  message: string
}

/** What an archive says to a record. */
export type Answer = Outcome<Known, { faults: readonly Fault[] }>
export type Refusal = Extract<Answer, { outcome: 'refused' }>

/** A line of the answer of POST /frames/bulk/, as far as an ingester reads it. */
export interface BulkLine {
  line: number
  outcome: Answer['outcome']
  id?: number | null
  url?: string | null
  version_set?: readonly { key: string; md5: string }[]
  errors?: unknown
}

/** The answer to a record, out of a line of a bulk answer; what may pass is an Unavailable. */
export function answerOf({ outcome, id = null, url = null, version_set = [], errors }: BulkLine, sent: Sent) {
  switch (outcome) {
    case 'created':
    case 'new_version':
      return { outcome, key: sent.key, id, url, filename: null }
    case 'already_there': {
      const key = version_set.find((version) => version.md5 === sent.md5)?.key ?? null
      return { outcome, key, id, url, filename: null }
    }
    case 'refused':
      return refusal(errors)
    case 'failed':
      return new Unavailable(`the archive answers: ${describeRefusal(refusal(errors))}`)
  }
  return new Error(
    `the archive answers ${JSON.stringify(outcome)}, which this version does not know: update Platestack`,
  )
}

/** The answer to a record that was posted by itself. */
export function answerOfPost({ id, url, version_set }: Record<string, unknown>, { key }: Sent): Answer {
  const versions = Array.isArray(version_set) ? version_set.length : 1
  return {
    outcome: versions > 1 ? 'new_version' : 'created',
    key,
    id: typeof id === 'number' ? id : null,
    url: textOrNull(url),
    filename: null,
  }
}

/** A member of an answer that should be a text; null where it is none. */
export const textOrNull = (value: unknown): string | null => (typeof value === 'string' ? value : null)

/** A refusal in the archive's words, or in those of a proxy. */
export function refusedBy({ status, text }: Answered): Refusal {
  const errors = parseOr(text, null)
  return refusal(typeof errors === 'object' && errors !== null ? errors : `${status}: ${brief(text)}`)
}

/** Errors in Django REST framework's shape (`{field: [message]}`, nested) one by one. */
function refusal(errors: unknown): Refusal {
  const faults = [...flat(errors, '')].map(({ field, message }) => ({ field: field || null, message }))
  return { outcome: 'refused', faults: faults.length ? faults : [{ field: null, message: 'it does not say why' }] }
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

/** A refusal in words. @param nameOf how a field is called; as it is unless given */
const describeRefusal = ({ faults }: Pick<Refusal, 'faults'>, nameOf = (field: string): string => field): string =>
  faults.map(({ field, message }) => (field === null ? message : `${nameOf(field)}: ${message}`)).join('; ')

/** The keyword that each member of a record is taken from. */
const KEYWORDS: Partial<Record<keyof IngestRecord, keyof HeaderKeys>> = {
  reduction_level: 'reductionLevel',
  observation_day: 'observationDay',
  observation_date: 'observationDate',
  proposal_id: 'proposalId',
  instrument_id: 'instrumentId',
  target_name: 'targetName',
  site_id: 'siteId',
  telescope_id: 'telescopeId',
  exposure_time: 'exposureTime',
  primary_optical_element: 'primaryOpticalElement',
  public_date: 'publicDate',
  configuration_type: 'configurationType',
  observation_id: 'observationId',
  request_id: 'requestId',
  frame_basename: 'thumbnailFrameBasename',
  size: 'thumbnailSize',
}

/** A refusal of a record in terms of the file's keywords, which are what can be corrected. */
export function refusedFile(refusal: Pick<Refusal, 'faults'>, record: IngestRecord, keys: HeaderKeys): FileOutcome {
  const keywordOf = (field: string | null): string | null => {
    const name = Object.hasOwn(KEYWORDS, field ?? '') ? KEYWORDS[field as keyof IngestRecord] : undefined
    return name === undefined ? null : (keys[name] as string)
  }
  const nameOf = (field: string): string => {
    const keyword = keywordOf(field)
    if (keyword === null) return field
    return `${field} (${keyword} is ${showValue(record[field as keyof IngestRecord] as HeaderValue)})`
  }
  const about = refusal.faults.find(({ field }) => field !== null)?.field ?? null
  return {
    outcome: 'refused',
    reason: `the archive refuses its record: ${describeRefusal(refusal, nameOf)}`,
    header: keywordOf(about) ?? about,
  }
}
