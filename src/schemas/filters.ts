import { parseBox } from './box.ts'
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

interface Kind {
  type?: 'boolean' | 'integer' | 'number'
  /** Every value given counts, not only the last, and each has to be a known configuration type. */
  repeatable?: true
  /** What a filter's text becomes: a bound value, or nothing at all (the filter is then not applied). */
  parse(text: string, types: readonly string[]): unknown | Refusal | undefined
}

export interface Filter extends Kind {
  /** The block of sql/frames/filters.sql. */
  name: string
  /** The parameter's name in the older API, where it differs. */
  alias?: string
  description: string
  example: string | number | boolean
}

const TEXT: Kind = { parse: queryText }
const TIME: Kind = { parse: queryDateTime }
const DAY: Kind = { parse: queryDate }
const FLAG: Kind = { type: 'boolean', parse: queryFlag }
const NUMBER: Kind = { type: 'number', parse: queryNumber }
const ID: Kind = { type: 'integer', parse: queryId }
const LEVEL: Kind = { type: 'integer', parse: queryLevel }
const BOUNDARY: Kind = { type: 'integer', parse: queryBoundary }
const TYPES: Kind = { repeatable: true, parse: queryChoice }
const PLACES: Kind = { parse: parseGeometry }
const BOX: Kind = { parse: parseBox }

const contains = 'Matches anywhere in the name, in any case.'
const asGiven = 'Matches as given or in its ASCII transliteration.'

export const FILTERS: readonly Filter[] = [
  { ...BOUNDARY, name: 'id__gt', description: 'Only frames whose id is greater than this.', example: 3740 },
  { ...BOUNDARY, name: 'id__lt', description: 'Only frames whose id is less than this.', example: 3740 },
  {
    ...TIME,
    name: 'start',
    description: 'Observed at or after this time (UTC unless it names a zone).',
    example: '2016-01-05 03:04',
  },
  {
    ...TIME,
    name: 'end',
    description: 'Observed at or before this time (UTC unless it names a zone).',
    example: '2016-02-01',
  },
  {
    ...TIME,
    name: 'observation_date',
    alias: 'DATE_OBS',
    description: 'Observed at exactly this time (UTC).',
    example: '2016-01-02T03:04:05.678',
  },
  {
    ...DAY,
    name: 'dayobs',
    alias: 'DAY_OBS',
    description: 'The observing day: the date of the night.',
    example: '2016-01-02',
  },
  {
    ...TIME,
    name: 'public_date',
    alias: 'L1PUBDAT',
    description: 'Public from exactly this time on (UTC).',
    example: '2017-01-02T03:04:05',
  },
  { ...TEXT, name: 'basename', description: `Part of the frame's basename. ${contains}`, example: 'kb70-20160102' },
  {
    ...TEXT,
    name: 'basename_exact',
    description: 'The whole basename, in its own case.',
    example: 'cpt1m010-kb70-20160102-0010-e00',
  },
  {
    ...TEXT,
    name: 'target_name',
    alias: 'OBJECT',
    description: `Part of the target's name. ${contains} ${asGiven}`,
    example: 'NGC 253',
  },
  {
    ...TEXT,
    name: 'target_name_exact',
    description: `The target's whole name, in its own case. ${asGiven}`,
    example: 'NGC 253',
  },
  {
    ...FLAG,
    name: 'empty_target_name',
    description: 'true: only frames without a target name; false: only frames with one.',
    example: true,
  },
  {
    ...NUMBER,
    name: 'exposure_time',
    alias: 'EXPTIME',
    description: 'Exposed at least this long, in seconds.',
    example: 30,
  },
  { ...TEXT, name: 'configuration_type', alias: 'OBSTYPE', description: 'The configuration type.', example: 'EXPOSE' },
  {
    ...TYPES,
    name: 'exclude_configuration_type',
    alias: 'exclude_OBSTYPE',
    description: 'A configuration type to leave out; repeatable.',
    example: 'BIAS',
  },
  {
    ...TYPES,
    name: 'include_configuration_type',
    description: 'A configuration type to keep; repeatable.',
    example: 'DARK',
  },
  { ...FLAG, name: 'exclude_calibrations', description: 'true: only science frames.', example: true },
  {
    ...TEXT,
    name: 'proposal_id',
    alias: 'PROPID',
    description: 'The proposal that owns the data.',
    example: 'KEY2014A-002',
  },
  { ...TEXT, name: 'instrument_id', alias: 'INSTRUME', description: 'The instrument (camera) code.', example: 'kb70' },
  { ...TEXT, name: 'site_id', alias: 'SITEID', description: 'The site code.', example: 'coj' },
  { ...TEXT, name: 'telescope_id', alias: 'TELID', description: 'The telescope code.', example: '1m0a' },
  {
    ...TEXT,
    name: 'primary_optical_element',
    alias: 'FILTER',
    description: 'The filter or other primary optical element.',
    example: 'rp',
  },
  { ...ID, name: 'observation_id', alias: 'BLKUID', description: 'The observation.', example: 1001 },
  { ...ID, name: 'request_id', alias: 'REQNUM', description: 'The request.', example: 2001 },
  { ...LEVEL, name: 'reduction_level', alias: 'RLEVEL', description: '0 is raw, 91 fully reduced.', example: 91 },
  {
    ...TEXT,
    name: 'submitter',
    description: `The user who submitted the request (header USERID). ${asGiven}`,
    example: 'frodo',
  },
  {
    ...FLAG,
    name: 'public',
    description:
      "false: a user's own proposals' frames; for a superuser the frames that are not yet public; for an anonymous caller nothing.",
    example: false,
  },
  {
    ...PLACES,
    name: 'covers',
    description: `Only frames whose area covers this geometry. ${GEOMETRY}`,
    example: 'POINT(10.68 41.27)',
  },
  {
    ...PLACES,
    name: 'intersects',
    description: `Only frames whose area meets this geometry. ${GEOMETRY}`,
    example: 'POLYGON((10 41, 10 42, 11 42, 11 41, 10 41))',
  },
  {
    ...BOX,
    name: 'box',
    description:
      '`RA1,DEC1,RA2,DEC2` in degrees (ICRS): only frames whose area meets this box, which reaches from RA1 eastwards to RA2 and from DEC1 up to DEC2. Its edges are meridians and parallels, at any width: `350,-5,10,5` lies across RA 0, `0,80,360,90` is the cap about the pole.',
    example: '350,-5,10,5',
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

const place = new Map(FILTERS.map((f, i) => [f.name, i]))

/**
 * The filters among the values of parameters, in one order and once each, however they were sent: each order would be a statement of its own
 * to the database.
 */
export function givenFilters(values: Readonly<Record<string, unknown>>): Given[] {
  const given = [...byParameter].flatMap(([parameter, { name }]) =>
    values[parameter] === undefined ? [] : [{ name, parameter, value: values[parameter] }],
  )
  const different = new Map(given.map((g) => [JSON.stringify([g.name, g.value]), g]))
  return [...different.values()].toSorted((a, b) => place.get(a.name)! - place.get(b.name)!)
}
