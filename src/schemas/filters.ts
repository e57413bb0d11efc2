import { parseBox } from './box.ts'
import { parseDate, parseDateTime } from './dates.ts'
import { hasNul, type OpenApi, Refusal, refuse } from './fields.ts'
import { GEOMETRY, parseGeometry } from './region.ts'

/** What a filter's text becomes: a bound value, or nothing at all (the filter is then not applied). */
type Parse = (text: string, choices: readonly string[]) => unknown | Refusal | undefined

export interface Filter {
  /** The block of sql/frames/filters.sql. */
  name: string
  /** The parameter's name in the older API, where it differs. */
  alias?: string
  /** Every value given counts, not only the last. */
  repeatable?: boolean
  parse: Parse
  openapi: OpenApi
}

const text: Parse = (v) => (hasNul(v) ? refuse('Null characters are not allowed.') : v)
const dateTime: Parse = (v) => parseDateTime(v) ?? refuse('Enter a valid date/time.')
const date: Parse = (v) => parseDate(v) ?? refuse('Enter a valid date.')

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,4})?$/i
const number: Parse = (v) =>
  v.length <= 400 && NUMBER.test(v) && Number.isFinite(Number(v)) ? Number(v) : refuse('Enter a number.')
/** A number that no column of this width can hold matches no frame: null. */
const integer =
  (min: number, max: number): Parse =>
  (v, choices) => {
    const parsed = number(v, choices)
    return typeof parsed === 'number' && !(Number.isInteger(parsed) && parsed >= min && parsed <= max) ? null : parsed
  }
const identifier = integer(0, 2147483647)
/** Where a list of ids goes on: a number beyond all of them is one like any other. */
const boundary: Parse = (v) =>
  /^[+-]?\d+$/.test(v)
    ? Math.min(Math.max(Number(v), Number.MIN_SAFE_INTEGER), Number.MAX_SAFE_INTEGER)
    : refuse('Enter a whole number.')
const level = integer(-32768, 32767)

/** Django's NullBooleanField: what is neither true nor false is as if it were not given. */
const boolean: Parse = (v) => (/^(true|1)$/i.test(v) ? true : /^(false|0)$/i.test(v) ? false : undefined)

const choice: Parse = (v, choices) =>
  choices.includes(v) ? v : refuse(`Select a valid choice. ${v} is not one of the available choices.`)

const contains = 'Matches anywhere in the name, in any case.'
const asGiven = 'Matches as given or in its ASCII transliteration.'

export const FILTERS: readonly Filter[] = [
  {
    name: 'id__gt',
    parse: boundary,
    openapi: { type: 'integer', description: 'Only frames whose id is greater than this.', example: 3740 },
  },
  {
    name: 'id__lt',
    parse: boundary,
    openapi: { type: 'integer', description: 'Only frames whose id is less than this.', example: 3740 },
  },
  {
    name: 'start',
    parse: dateTime,
    openapi: {
      description: 'Observed at or after this time (UTC unless it names a zone).',
      example: '2016-01-05 03:04',
    },
  },
  {
    name: 'end',
    parse: dateTime,
    openapi: { description: 'Observed at or before this time (UTC unless it names a zone).', example: '2016-02-01' },
  },
  {
    name: 'observation_date',
    alias: 'DATE_OBS',
    parse: dateTime,
    openapi: { description: 'Observed at exactly this time (UTC).', example: '2016-01-02T03:04:05.678' },
  },
  {
    name: 'dayobs',
    alias: 'DAY_OBS',
    parse: date,
    openapi: { description: 'The observing day: the date of the night.', example: '2016-01-02' },
  },
  {
    name: 'public_date',
    alias: 'L1PUBDAT',
    parse: dateTime,
    openapi: { description: 'Public from exactly this time on (UTC).', example: '2017-01-02T03:04:05' },
  },
  {
    name: 'basename',
    parse: text,
    openapi: { description: `Part of the frame's basename. ${contains}`, example: 'kb70-20160102' },
  },
  {
    name: 'basename_exact',
    parse: text,
    openapi: { description: 'The whole basename, in its own case.', example: 'cpt1m010-kb70-20160102-0010-e00' },
  },
  {
    name: 'target_name',
    alias: 'OBJECT',
    parse: text,
    openapi: { description: `Part of the target's name. ${contains} ${asGiven}`, example: 'NGC 253' },
  },
  {
    name: 'target_name_exact',
    parse: text,
    openapi: { description: `The target's whole name, in its own case. ${asGiven}`, example: 'NGC 253' },
  },
  {
    name: 'empty_target_name',
    parse: boolean,
    openapi: {
      type: 'boolean',
      description: 'true: only frames without a target name; false: only frames with one.',
      example: true,
    },
  },
  {
    name: 'exposure_time',
    alias: 'EXPTIME',
    parse: number,
    openapi: { type: 'number', description: 'Exposed at least this long, in seconds.', example: 30 },
  },
  {
    name: 'configuration_type',
    alias: 'OBSTYPE',
    parse: text,
    openapi: { description: 'The configuration type.', example: 'EXPOSE' },
  },
  {
    name: 'exclude_configuration_type',
    alias: 'exclude_OBSTYPE',
    repeatable: true,
    parse: choice,
    openapi: { description: 'A configuration type to leave out; repeatable.', example: 'BIAS' },
  },
  {
    name: 'include_configuration_type',
    repeatable: true,
    parse: choice,
    openapi: { description: 'A configuration type to keep; repeatable.', example: 'DARK' },
  },
  {
    name: 'exclude_calibrations',
    parse: boolean,
    openapi: { type: 'boolean', description: 'true: only science frames.', example: true },
  },
  {
    name: 'proposal_id',
    alias: 'PROPID',
    parse: text,
    openapi: { description: 'The proposal that owns the data.', example: 'KEY2014A-002' },
  },
  {
    name: 'instrument_id',
    alias: 'INSTRUME',
    parse: text,
    openapi: { description: 'The instrument (camera) code.', example: 'kb70' },
  },
  { name: 'site_id', alias: 'SITEID', parse: text, openapi: { description: 'The site code.', example: 'coj' } },
  {
    name: 'telescope_id',
    alias: 'TELID',
    parse: text,
    openapi: { description: 'The telescope code.', example: '1m0a' },
  },
  {
    name: 'primary_optical_element',
    alias: 'FILTER',
    parse: text,
    openapi: { description: 'The filter or other primary optical element.', example: 'rp' },
  },
  {
    name: 'observation_id',
    alias: 'BLKUID',
    parse: identifier,
    openapi: { type: 'integer', description: 'The observation.', example: 1001 },
  },
  {
    name: 'request_id',
    alias: 'REQNUM',
    parse: identifier,
    openapi: { type: 'integer', description: 'The request.', example: 2001 },
  },
  {
    name: 'reduction_level',
    alias: 'RLEVEL',
    parse: level,
    openapi: { type: 'integer', description: '0 is raw, 91 fully reduced.', example: 91 },
  },
  {
    name: 'submitter',
    parse: text,
    openapi: { description: `The user who submitted the request (header USERID). ${asGiven}`, example: 'frodo' },
  },
  {
    name: 'public',
    parse: boolean,
    openapi: {
      type: 'boolean',
      description:
        "false: a user's own proposals' frames; for a superuser the frames that are not yet public; for an anonymous caller nothing.",
      example: false,
    },
  },
  {
    name: 'covers',
    parse: parseGeometry,
    openapi: { description: `Only frames whose area covers this geometry. ${GEOMETRY}`, example: 'POINT(10.68 41.27)' },
  },
  {
    name: 'intersects',
    parse: parseGeometry,
    openapi: {
      description: `Only frames whose area meets this geometry. ${GEOMETRY}`,
      example: 'POLYGON((10 41, 10 42, 11 42, 11 41, 10 41))',
    },
  },
  {
    name: 'box',
    parse: parseBox,
    openapi: {
      description:
        '`RA1,DEC1,RA2,DEC2` in degrees (ICRS): only frames whose area meets this box, which reaches from RA1 eastwards to RA2 and from DEC1 up to DEC2. Its edges are meridians and parallels, at any width: `350,-5,10,5` lies across RA 0, `0,80,360,90` is the cap about the pole.',
      example: '350,-5,10,5',
    },
  },
]

/** One filter that was given: its block, the parameter's name as the client wrote it, and the value. */
export interface Given {
  name: string
  parameter: string
  value: unknown
}

/** The filters by their parameters, old names and new. */
export const byParameter = new Map<string, Filter>()
for (const f of FILTERS) {
  byParameter.set(f.name === 'observation_date' || f.name === 'public_date' ? f.alias! : f.name, f)
  if (f.alias) byParameter.set(f.alias, f)
}

/**
 * The filters of a query string, and what was refused of it by parameter. Unknown parameters are ignored, an empty value means absent;
 * of a repeated parameter the last value counts, but for the repeatable ones every value, an empty one being refused.
 * @param choices the configuration types known
 */
export function parseFilters(
  query: Record<string, string[]>,
  choices: readonly string[],
): { given: Given[]; errors: Record<string, string[]> } {
  const given: Given[] = []
  const errors: Record<string, string[]> = {}
  for (const [parameter, values] of Object.entries(query)) {
    const filter = byParameter.get(parameter)
    if (!filter) continue
    const written = filter.repeatable ? values : [values.at(-1)!.trim()]
    if (!filter.repeatable && written[0] === '') continue
    const parsed = written.map((v) => filter.parse(v, choices))
    const refusal = parsed.find((p) => p instanceof Refusal)
    if (refusal) errors[parameter] = [(refusal as Refusal).message]
    else if (filter.repeatable) given.push({ name: filter.name, parameter, value: [...new Set(parsed)].toSorted() })
    else if (parsed[0] !== undefined) given.push({ name: filter.name, parameter, value: parsed[0] })
  }
  return { given: inOneOrder(given), errors }
}

const place = new Map(FILTERS.map((f, i) => [f.name, i]))

/** The same filters in the same order, however they were sent: each order would be a statement of its own to the database. */
function inOneOrder(given: readonly Given[]): Given[] {
  const different = new Map(given.map((g) => [JSON.stringify([g.name, g.value]), g]))
  return [...different.values()].toSorted((a, b) => place.get(a.name)! - place.get(b.name)!)
}
