import { counted } from '../../counted.ts'
import type { Amount, Selection } from '../../queries/frames/purge.ts'
import { formatBytes } from '../sizes.ts'

/** Such as `12 frames with 14 files of at least 1.5 GB (2 of unknown size)`. */
export function formatAmount({ frames, files, bytes, unknown_sizes }: Amount): string {
  if (files === 0) return `${counted(frames, 'frame')} without files`
  const known = unknown_sizes ? `at least ${formatBytes(bytes)} (${unknown_sizes} of unknown size)` : formatBytes(bytes)
  const size = unknown_sizes === files ? 'unknown size' : known
  return `${counted(frames, 'frame')} with ${counted(files, 'file')} of ${size}`
}

/** What a selection asks for, such as `observed before …, site ogg, type BIAS or DARK`. */
export function describeSelection(selection: Selection): string {
  const { afterDay, beforeDay } = selection
  const any = (values: readonly string[] | undefined) => values?.join(' or ')
  const none = (values: readonly string[] | undefined) => values?.join(' and ')
  const parts: [string, string | number | undefined][] = [
    ['observed before', asUtc(selection.observedBefore)],
    ['observed up to', asUtc(selection.observedUntil)],
    ['observing day after', afterDay && `${afterDay} and before ${beforeDay}`],
    ['reduction level', selection.reductionLevel],
    ['request', selection.requestId],
    ['observation', selection.observationId],
    ['site', selection.site],
    ['telescope', selection.telescope],
    ['type', any(selection.includeTypes)],
    ['type other than', none(selection.excludeTypes)],
    ['proposal', any(selection.includeProposals)],
    ['proposal other than', none(selection.excludeProposals)],
    ['instrument', any(selection.includeInstruments)],
    ['instrument other than', none(selection.excludeInstruments)],
  ]
  return parts.flatMap(([what, value]) => (value === undefined ? [] : [`${what} ${value}`])).join(', ')
}

/** PostgreSQL's text of a moment in UTC, to the second. */
const asUtc = (moment: string | undefined): string | undefined => moment?.replace(/(\.\d+)?\+00$/, ' UTC')
