import { type HeaderDict, type HeaderValue, headerJson, Real, valueJson } from '../../fits/header/dictionary.ts'
import { areaOf } from './area.ts'
import { BadFile, type IngestRecord, type Rules } from './description.ts'
import { isGiven, showValue, textOf } from './header_values.ts'

/**
 * The record that the reference would POST of a file with these headers, which are right now.
 * @param images headers of its other HDUs that may say what sky it shows
 * @throws BadFile
 */
export function recordOf(
  headers: HeaderDict,
  basename: string,
  rules: Rules,
  images: readonly HeaderDict[] = [],
): { record: IngestRecord; warnings: string[] } {
  const keys = rules.headerKeys
  const value = (key: string, otherwise: HeaderValue): HeaderValue => {
    const given = headers.get(key)
    return given === undefined ? otherwise : given
  }
  const { area, warnings } = areaOf(headers, keys, images)
  const day = value(keys.observationDay, null)
  const record = {
    reduction_level: levelOf(headers, keys.reductionLevel),
    // 20151221 without quotes is a number
    observation_day: typeof day === 'number' ? String(day) : day,
    observation_date: value(keys.observationDate, null),
    proposal_id: value(keys.proposalId, ''),
    instrument_id: value(keys.instrumentId, ''),
    target_name: value(keys.targetName, ''),
    site_id: value(keys.siteId, ''),
    telescope_id: value(keys.telescopeId, ''),
    exposure_time: value(keys.exposureTime, null),
    primary_optical_element: value(keys.primaryOpticalElement, ''),
    public_date: value(keys.publicDate, null),
    configuration_type: value(keys.configurationType, ''),
    observation_id: value(keys.observationId, null),
    request_id: value(keys.requestId, null),
    related_frame_filenames: [...new Set(keys.relatedFrames)].map((key) => headers.get(key)).filter(isGiven),
    frame_basename: value(keys.thumbnailFrameBasename, null),
    size: value(keys.thumbnailSize, ''),
    headers,
    area,
    basename,
  }
  return { record, warnings }
}

/**
 * The level is a whole number, or text of one, as Python's int() reads it; 0 where no header says
 * one.
 * @throws BadFile
 */
function levelOf(headers: HeaderDict, key: string): number {
  const given = headers.get(key)
  if (given === undefined) return 0
  const text = textOf(given).trim()
  const level =
    typeof given === 'string'
      ? /^[+-]?\d+(_\d+)*$/.test(text)
        ? Number(text.replaceAll('_', ''))
        : Number.NaN
      : given === null
        ? Number.NaN
        : Math.trunc(Number(given instanceof Real ? given.value : given))
  if (Number.isSafeInteger(level)) return level + 0
  throw new BadFile(`${key} is ${showValue(given)}, which is no whole number: correct it, or leave the header out`, key)
}

/** A stored version, as a record names it. */
export interface RecordVersion {
  key: string
  md5: string
  extension: string
  size?: number
  crc32?: number
}

/**
 * A record as JSON text, in the order of the reference's, its numbers as Python writes them; with
 * versions, as it is POSTed.
 */
export function recordJson(record: IngestRecord, versions?: readonly RecordVersion[]): string {
  const members = Object.entries(record).map(([name, value]) => `${JSON.stringify(name)}:${memberJson(value)}`)
  if (versions) members.push(`"version_set":${JSON.stringify(versions)}`)
  return `{${members.join(',')}}`
}

function memberJson(value: unknown): string {
  if (value instanceof Map) return headerJson(value)
  if (Array.isArray(value)) return `[${value.map(memberJson).join(',')}]`
  if (isArea(value)) return `{"type":"Polygon","coordinates":${memberJson(reals(value.coordinates))}}`
  return valueJson(value as HeaderValue)
}

type Area = NonNullable<IngestRecord['area']>
const isArea = (value: unknown): value is Area => typeof value === 'object' && value !== null && 'coordinates' in value

/** Coordinates are reals, `15.0` too. */
const reals = (rings: number[][][]): Real[][][] => rings.map((ring) => ring.map((c) => c.map((n) => new Real(n))))
