import type { HeaderKeys } from '../../config/types.ts'
import type { HeaderValue } from '../../fits/header/dictionary.ts'
import type { IngestRecord, Outcome } from '../describe/types.ts'
import { shown } from '../describe/values.ts'
import { wordsOf } from './answers.ts'
import type { Answer } from './archive.ts'

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

/** What an archive says against a record, told by the keywords of the file, which are what can be corrected. */
export function refusedOf(
  answer: Extract<Answer, { outcome: 'refused' }>,
  record: IngestRecord,
  keys: HeaderKeys,
): Extract<Outcome, { outcome: 'refused' }> {
  const keywordOf = (field: string | null): string | null => {
    const name = Object.hasOwn(KEYWORDS, field ?? '') ? KEYWORDS[field as keyof IngestRecord] : undefined
    return name === undefined ? null : (keys[name] as string)
  }
  const named = (field: string): string => {
    const keyword = keywordOf(field)
    if (keyword === null) return field
    return `${field} (${keyword} is ${shown(record[field as keyof IngestRecord] as HeaderValue)})`
  }
  const about = answer.faults.find(({ field }) => field !== null)?.field ?? null
  return {
    outcome: 'refused',
    reason: `the archive refuses its record: ${wordsOf(answer, named)}`,
    header: keywordOf(about) ?? about,
  }
}
