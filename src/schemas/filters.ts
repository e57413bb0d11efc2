import { parseBox } from './box.ts'
import { parseCone } from './cone.ts'
import type { Refusal } from './fields.ts'
import {
  queryBoundary,
  queryChoice,
  queryDate,
  queryDateTime,
  queryFlag,
  queryId,
  queryLevel,
  queryNumber,
  queryText,
} from './query_values.ts'
import { GEOMETRY, parseGeometry } from './region.ts'

/**
 * A kind of filter. `parse`: what its text becomes, a bound value or nothing at all (the filter is
 * then not applied).
 */
interface Kind {
  type?: 'boolean' | 'integer' | 'number'
  format?: 'int64' | 'double'
  /** Every value given counts, not only the last, and each has to be a known configuration type. */
  repeatable?: true
  /** Several values in a comma-separated list, or repeated; `parse` takes them one by one. */
  list?: true
  parse(text: string, types: readonly string[]): unknown | Refusal | undefined
}

export interface Filter extends Kind {
  /** The block of sql/frames/filters.sql. */
  name: string
  description: string
  example: string | number | boolean
  /** The parameter's name in the older API, where it differs. */
  alias?: string
}

const TEXT: Kind = { parse: queryText }
const TIME: Kind = { parse: queryDateTime }
const DAY: Kind = { parse: queryDate }
const FLAG: Kind = { type: 'boolean', parse: queryFlag }
const NUMBER: Kind = { type: 'number', format: 'double', parse: queryNumber }
const ID: Kind = { type: 'integer', parse: queryId }
const LEVEL: Kind = { type: 'integer', parse: queryLevel }
const BOUNDARY: Kind = { type: 'integer', format: 'int64', parse: queryBoundary }
const TYPES: Kind = { repeatable: true, parse: queryChoice }
const TEXTS: Kind = { list: true, parse: queryText }
const IDS: Kind = { list: true, parse: queryId }
const LEVELS: Kind = { list: true, parse: queryLevel }
const PLACES: Kind = { parse: parseGeometry }
const BOX: Kind = { parse: parseBox }
const CONE: Kind = { parse: parseCone }

const contains = 'Matches anywhere in the name, in any case.'
const among = 'or repeated; at most 100 values.'
const asGiven = 'Matches as given or in its ASCII transliteration.'

/** Kind, name, description, example, and the name in the older API where it differs. */
const ROWS: readonly [Kind, string, string, string | number | boolean, string?][] = [
  [BOUNDARY, 'id__gt', 'Only frames whose id is greater than this.', 3740],
  [BOUNDARY, 'id__lt', 'Only frames whose id is less than this.', 3740],
  [TIME, 'start', 'Observed at or after this time (UTC unless it names a zone).', '2016-01-05 03:04'],
  [TIME, 'end', 'Observed at or before this time (UTC unless it names a zone).', '2016-02-01'],
  [TIME, 'observation_date', 'Observed at exactly this time (UTC).', '2016-01-02T03:04:05.678', 'DATE_OBS'],
  [DAY, 'dayobs', 'The observing day: the date of the night.', '2016-01-02', 'DAY_OBS'],
  [TIME, 'public_date', 'Public from exactly this time on (UTC).', '2017-01-02T03:04:05', 'L1PUBDAT'],
  [TEXT, 'basename', `Part of the frame's basename. ${contains}`, 'kb70-20160102'],
  [TEXT, 'basename_exact', 'The whole basename, in its own case.', 'cpt1m010-kb70-20160102-0010-e00'],
  [TEXT, 'target_name', `Part of the target's name. ${contains} ${asGiven}`, 'NGC 253', 'OBJECT'],
  [TEXT, 'target_name_exact', `The target's whole name, in its own case. ${asGiven}`, 'NGC 253'],
  [FLAG, 'empty_target_name', 'true: only frames without a target name; false: only frames with one.', true],
  [NUMBER, 'exposure_time', 'Exposed at least this long, in seconds.', 30, 'EXPTIME'],
  [TEXT, 'configuration_type', 'The configuration type.', 'EXPOSE', 'OBSTYPE'],
  [TYPES, 'exclude_configuration_type', 'A configuration type to leave out; repeatable.', 'BIAS', 'exclude_OBSTYPE'],
  [TYPES, 'include_configuration_type', 'A configuration type to keep; repeatable.', 'DARK'],
  [FLAG, 'exclude_calibrations', 'true: only science frames.', true],
  [TEXT, 'proposal_id', 'The proposal that owns the data.', 'KEY2014A-002', 'PROPID'],
  [TEXT, 'instrument_id', 'The instrument (camera) code.', 'kb70', 'INSTRUME'],
  [TEXT, 'site_id', 'The site code.', 'coj', 'SITEID'],
  [TEXT, 'telescope_id', 'The telescope code.', '1m0a', 'TELID'],
  [TEXT, 'primary_optical_element', 'The filter or other primary optical element.', 'rp', 'FILTER'],
  [ID, 'observation_id', 'The observation.', 1001, 'BLKUID'],
  [ID, 'request_id', 'The request.', 2001, 'REQNUM'],
  [LEVEL, 'reduction_level', '0 is raw, 91 fully reduced.', 91, 'RLEVEL'],
  [TEXTS, 'site_id__in', `One of these sites, comma-separated ${among}`, 'coj,ogg'],
  [TEXTS, 'telescope_id__in', `One of these telescopes, comma-separated ${among}`, '1m0a,2m0a'],
  [TEXTS, 'instrument_id__in', `One of these instruments, comma-separated ${among}`, 'kb70,fl05'],
  [TEXTS, 'primary_optical_element__in', `One of these optical elements, comma-separated ${among}`, 'rp,ip'],
  [TEXTS, 'proposal_id__in', `Of one of these proposals, comma-separated ${among}`, 'KEY2014A-002,LCO2016A-001'],
  [TEXTS, 'configuration_type__in', `One of these configuration types, comma-separated ${among}`, 'BIAS,DARK'],
  [LEVELS, 'reduction_level__in', `One of these reduction levels, comma-separated ${among}`, '0,91'],
  [IDS, 'request_id__in', `Of one of these requests, comma-separated ${among}`, '2001,2002'],
  [IDS, 'observation_id__in', `Of one of these observations, comma-separated ${among}`, '1001,1002'],
  [
    TIME,
    'modified_after',
    'Modified after this time, not at it (UTC unless it names a zone): what a mirror follows. A change can be seen once it is committed, which is a little later than its time: ask from some minutes before the newest that was seen. Links between frames are those of the frame that was written last; a frame that becomes public as time passes, or is deleted, is not modified by that.',
    '2016-01-05 03:04',
  ],
  [TIME, 'modified_before', 'Modified before this time, not at it (UTC unless it names a zone).', '2016-02-01'],
  [TEXT, 'submitter', `The user who submitted the request (header USERID). ${asGiven}`, 'frodo'],
  [
    FLAG,
    'public',
    "false: a user's own proposals' frames; for a superuser the frames that are not yet public; for an anonymous caller nothing.",
    false,
  ],
  [PLACES, 'covers', `Only frames whose area covers this geometry. ${GEOMETRY}`, 'POINT(10.68 41.27)'],
  [
    PLACES,
    'intersects',
    `Only frames whose area meets this geometry. ${GEOMETRY}`,
    'POLYGON((10 41, 10 42, 11 42, 11 41, 10 41))',
  ],
  [
    BOX,
    'box',
    '`RA1,DEC1,RA2,DEC2` in degrees (ICRS): only frames whose area meets this box, which reaches from RA1 eastwards to RA2 and from DEC1 up to DEC2. Its edges are meridians and parallels, at any width: `350,-5,10,5` lies across RA 0, `0,80,360,90` is the cap about the pole.',
    '350,-5,10,5',
  ],
  [
    CONE,
    'cone',
    '`RA,DEC,RADIUS` (ICRS): only frames whose area meets the circle about this place, with a radius in degrees on the sphere, above 0 and at most 180 (everything). RA in degrees or hours (`00:42:44.3`, `00h42m44.3s`), DEC in degrees (also `+41:16:09`, `+41d16m09s`); a `+` in a query has to be sent as `%2B`, or left out.',
    '00:42:44.3,41:16:09,0.5',
  ],
]

export const FILTERS: readonly Filter[] = ROWS.map(([kind, name, description, example, alias]) => ({
  ...kind,
  name,
  description,
  example,
  alias,
}))

/**
 * One filter that was given: its block, the parameter's name as the client wrote it, and the value.
 */
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

const place = new Map(FILTERS.map((f, i) => [f.name, i]))

/**
 * The filters among the values of parameters, in one order and once each, however they were sent:
 * each order would be a statement of its own to the database.
 */
export function givenFilters(values: Readonly<Record<string, unknown>>): Given[] {
  const given = Object.entries(values).flatMap(([parameter, value]) => {
    const filter = byParameter.get(parameter)
    return filter && value !== undefined ? [{ name: filter.name, parameter, value }] : []
  })
  const different = new Map(given.map((g) => [JSON.stringify([g.name, g.value]), g]))
  return [...different.values()].toSorted((a, b) => place.get(a.name)! - place.get(b.name)!)
}
