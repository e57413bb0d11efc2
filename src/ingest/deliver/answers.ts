import { brief, describeReasons, parseOr, type Reason, reasonsIn } from '../../../clients/typescript/error.ts'
import type { BulkOutcome } from '../../../clients/typescript/records.ts'
import type { HeaderKeys } from '../../config/types.ts'
import type { HeaderValue } from '../../fits/header/dictionary.ts'
import type { FileOutcome, Outcome } from '../../outcome.ts'
import type { IngestRecord } from '../describe/description.ts'
import { showValue } from '../describe/header_values.ts'
import { Unavailable } from './faults.ts'
import type { Answered } from './http.ts'

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

/** What an archive says to a record. */
export type Answer = Outcome<Known, { faults: readonly Reason[] }>
export type Refusal = Extract<Answer, { outcome: 'refused' }>

/** The answer to a record, out of a line of a bulk answer; what may pass is an Unavailable. */
export function answerOf(line: BulkOutcome, sent: Sent): Answer | Error {
  switch (line.outcome) {
    case 'created':
    case 'new_version':
    case 'updated':
      return { outcome: line.outcome, key: sent.key, id: line.id, url: line.url ?? null, filename: null }
    case 'already_there': {
      const key = line.version_set.find((version) => version.md5 === sent.md5)?.key ?? null
      return { outcome: line.outcome, key, id: line.id, url: line.url ?? null, filename: null }
    }
    case 'refused':
      return refusal(line.errors)
    case 'failed':
      return new Unavailable(`the archive answers: ${describeReasons(refusal(line.errors).faults)}`)
  }
  return new Error(
    `the archive answers ${JSON.stringify((line as { outcome: unknown }).outcome)}, which this version does not know: update Platestack`,
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

/** Errors in Django REST framework's shape. */
function refusal(errors: unknown): Refusal {
  const faults = reasonsIn(errors)
  return { outcome: 'refused', faults: faults.length ? faults : [{ field: null, message: 'it does not say why' }] }
}

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
    reason: `the archive refuses its record: ${describeReasons(refusal.faults, nameOf)}`,
    header: keywordOf(about) ?? about,
  }
}
