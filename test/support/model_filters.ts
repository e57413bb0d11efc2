import anyAscii from 'any-ascii'
import fc from 'fast-check'
import { isInside, isPublic, type ModelCaller, type ModelFrame, words } from './world.ts'

/** A filter as it is sent, and what it means in the model. */
export interface ModelFilter {
  parameters: [string, string][]
  keeps(f: ModelFrame, caller: ModelCaller): boolean
}

/** Each letter for itself, as PostgreSQL folds case with a UTF-8 locale. */
const fold = (text: string): string => [...text].map((letter) => letter.toLowerCase()).join('')
const contains = (text: string, part: string): boolean => fold(text).includes(fold(part))
/** A query matches as given or transliterated; what has no transliteration is only as given. */
const spellings = (text: string): string[] => [text, anyAscii(text) || text]

type Field = keyof ModelFrame
type Make = (world: readonly ModelFrame[]) => fc.Arbitrary<ModelFilter>

/** One of the parameter's names, with values, and what it keeps. */
const under = (names: readonly string[], ...values: string[]) =>
  fc.constantFrom(...names).map((name) => values.map((value): [string, string] => [name, value]))

const make =
  <T>(
    names: readonly string[],
    values: (world: readonly ModelFrame[]) => fc.Arbitrary<T>,
    write: (value: T) => string[],
    keeps: (f: ModelFrame, value: T, caller: ModelCaller) => boolean,
  ): Make =>
  (world) =>
    values(world).chain((value) =>
      under(names, ...write(value)).map((parameters) => ({
        parameters,
        keeps: (f, caller) => keeps(f, value, caller),
      })),
    )

/** A value that a frame has, so that filters find something; not an empty one, which would mean no filter. */
const had =
  <K extends Field>(field: K) =>
  (world: readonly ModelFrame[]) =>
    fc
      .constantFrom(...world)
      .map((f) => f[field])
      .filter((v): v is NonNullable<ModelFrame[K]> => v !== null && v !== '')

/** Part of a text that a frame has, or any word; neither empty nor padded with blanks, which are not sent. */
const partOf = (field: 'basename' | 'target_name') => (world: readonly ModelFrame[]) =>
  fc.oneof(
    words(1),
    fc
      .tuple(
        fc.constantFrom(...world),
        fc.nat(8),
        fc.integer({ min: 1, max: 5 }),
        fc.constantFrom('as it is', 'upper', 'lower'),
      )
      .map(([f, from, length, how]) => {
        const part = [...f[field]]
          .slice(from, from + length)
          .join('')
          .trim()
        const changed = how === 'upper' ? part.toUpperCase() : how === 'lower' ? part.toLowerCase() : part
        return [...changed].length === [...part].length ? changed.trim() : part
      })
      .filter((part) => part !== ''),
  )

const equal = (field: Field, alias: string): Make =>
  make(
    [field, alias],
    had(field),
    (v) => [String(v)],
    (f, v) => f[field] === v,
  )

/** Several that frames have, and one that none has: with commas, blanks and empty items, or repeated. */
const among = (field: Field, absent: string): Make =>
  make(
    [`${field}__in`],
    (world) =>
      fc.tuple(
        fc.uniqueArray(had(field)(world).map(String), { minLength: 1, maxLength: 4 }),
        fc.boolean(),
        fc.constantFrom<(values: string[]) => string[]>(
          (values) => values,
          (values) => [values.join(',')],
          (values) => [` ${values.join(' , ,')},`, ''],
        ),
      ),
    ([values, more, write]) => write(more ? [...values, absent] : values),
    (f, [values]) => f[field] !== null && values.includes(String(f[field])),
  )

/** The same moment in several spellings. */
const spelt = (date: string): fc.Arbitrary<string> =>
  fc.constantFrom(date, `${date}Z`, date.replace('T', ' '), `${date}+00:00`, inZone(date))
function inZone(date: string): string {
  const moved = new Date(Date.parse(`${date.slice(0, 19)}Z`) + 2 * 3_600_000).toISOString().slice(0, 19)
  return `${moved}${date.slice(19)}+02:00`
}
const moment =
  (names: string[], field: 'observation_date' | 'public_date', keeps: (date: string, value: string) => boolean): Make =>
  (world) =>
    had(field)(world).chain((value) =>
      fc.tuple(fc.constantFrom(...names), spelt(value)).map(([name, text]) => ({
        parameters: [[name, text]],
        keeps: (f) => f[field] !== null && keeps(f[field], value),
      })),
    )

const TYPES = ['BIAS', 'DARK', 'EXPOSE', 'SPECTRUM']
const SCIENCE = ['EXPOSE', 'SPECTRUM']
const types = () => fc.subarray(TYPES, { minLength: 1 })
const flag = () => fc.boolean()
const spellFlag = (value: boolean): string[] => [value ? 'True' : 'false']

/** Places near a frame, of which it is certain in which frames they are. */
const places = (world: readonly ModelFrame[]) =>
  fc
    .tuple(
      fc.constantFrom(...world.filter((f) => f.place !== null)),
      fc.double({ min: -1.4, max: 1.4, noNaN: true }),
      fc.double({ min: -1.4, max: 1.4, noNaN: true }),
      fc.constantFrom(-360, 0),
    )
    .map(([{ place }, x, y, turn]) => {
      const at =
        place!.kind === 'cap'
          ? { ra: 180 + x * 128, dec: place!.pole - Math.sign(place!.pole) * Math.abs(y) }
          : { ra: place!.ra + x * place!.half, dec: place!.dec + y * place!.half }
      return { ra: at.ra + turn, dec: at.dec }
    })
    .filter(
      ({ ra, dec }) =>
        Math.abs(ra) <= 360 &&
        Math.abs(dec) <= 90 &&
        world.every((f) => f.place === null || isInside(f.place, ra, dec) !== null),
    )
const isAt = (f: ModelFrame, ra: number, dec: number): boolean =>
  f.place !== null && isInside(f.place, ra, dec) === true

const point =
  (name: 'covers' | 'intersects'): Make =>
  (world) =>
    fc.tuple(places(world), fc.constantFrom('WKT', 'EWKT', 'GeoJSON', 'MULTIPOINT')).map(([{ ra, dec }, form]) => {
      const text = {
        WKT: `POINT(${ra} ${dec})`,
        EWKT: `SRID=4326;POINT(${ra} ${dec})`,
        GeoJSON: JSON.stringify({ type: 'Point', coordinates: [ra, dec] }),
        MULTIPOINT: `multipoint(${ra} ${dec})`,
      }[form]!
      return { parameters: [[name, text]], keeps: (f) => isAt(f, ra, dec) }
    })

/** Boxes so small that they are places, and the whole sky. */
const box: Make = (world) =>
  fc.oneof(
    {
      weight: 5,
      arbitrary: places(world).map(
        ({ ra, dec }): ModelFilter => ({
          parameters: [['box', [ra, Math.max(-90, dec - 1e-6), ra + 1e-6, dec].join(',')]],
          keeps: (f) => isAt(f, ra, dec),
        }),
      ),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom('0,-90,360,90', '-180,-90,180,90').map(
        (sky): ModelFilter => ({
          parameters: [['box', sky]],
          keeps: (f) => f.place !== null,
        }),
      ),
    },
  )

/** Cones so small that they are places, in every spelling of RA and Dec, and the whole sky. */
const cone: Make = (world) =>
  fc.oneof(
    {
      weight: 5,
      arbitrary: fc
        .tuple(places(world), fc.boolean(), fc.boolean())
        .map(([{ ra, dec }, asHours, asMinutes]): ModelFilter => {
          const turned = (ra + 360) % 360
          const at = [asHours ? sexagesimal(turned / 15) : ra, asMinutes ? sexagesimal(dec) : dec, 1e-6]
          return { parameters: [['cone', at.join(',')]], keeps: (f) => isAt(f, ra, dec) }
        }),
    },
    {
      weight: 1,
      arbitrary: fc.constant<ModelFilter>({ parameters: [['cone', '10,20,180']], keeps: (f) => f.place !== null }),
    },
  )
function sexagesimal(value: number): string {
  const size = Math.abs(value)
  const minutes = (size % 1) * 60
  const [whole, m, s] = [Math.floor(size), Math.floor(minutes), ((minutes % 1) * 60).toFixed(9)]
  // a second that was rounded up to 60 is none
  return `${value < 0 ? '-' : ''}${whole}:${m}:${Math.min(Number(s), 59.999999).toFixed(9)}`
}

const bounded = (name: 'id__gt' | 'id__lt'): Make =>
  make(
    [name],
    (world) => fc.oneof(had('id')(world), fc.constantFrom(-1, 0, 2147483647, 2147483648, 1e21)),
    (v) => [BigInt(v).toString()],
    (f, v) => (name === 'id__gt' ? f.id > v : f.id < v),
  )

const modified = (name: 'modified_after' | 'modified_before'): Make =>
  make(
    [name],
    had('modified'),
    (v) => [v],
    (f, v) => (name === 'modified_after' ? f.modified > v : f.modified < v),
  )

/** Every filter of GET /frames/, in a few lines each: what sql/frames/filters.sql has to agree with. */
export const MODEL_FILTERS: Record<string, Make> = {
  id__gt: bounded('id__gt'),
  id__lt: bounded('id__lt'),
  start: moment(['start'], 'observation_date', (date, value) => date >= value),
  end: moment(['end'], 'observation_date', (date, value) => date <= value),
  observation_date: moment(['DATE_OBS'], 'observation_date', (date, value) => date === value),
  public_date: moment(['L1PUBDAT'], 'public_date', (date, value) => date === value),
  dayobs: make(
    ['dayobs', 'DAY_OBS'],
    had('observation_day'),
    (v) => [v],
    (f, v) => f.observation_day === v,
  ),
  basename: make(
    ['basename'],
    partOf('basename'),
    (v) => [v],
    (f, v) => contains(f.basename, v),
  ),
  basename_exact: make(
    ['basename_exact'],
    had('basename'),
    (v) => [v],
    (f, v) => f.basename === v,
  ),
  target_name: make(
    ['target_name', 'OBJECT'],
    partOf('target_name'),
    (v) => [v],
    (f, v) => spellings(v).some((s) => contains(f.target_name, s)),
  ),
  target_name_exact: make(
    ['target_name_exact'],
    (world) => fc.oneof(had('target_name')(world), words(1)),
    (v) => [v],
    (f, v) => spellings(v).includes(f.target_name),
  ),
  empty_target_name: make(['empty_target_name'], flag, spellFlag, (f, v) => (f.target_name === '') === v),
  exposure_time: make(
    ['exposure_time', 'EXPTIME'],
    had('exposure_time'),
    (v) => [String(v)],
    (f, v) => f.exposure_time !== null && f.exposure_time >= v,
  ),
  configuration_type: equal('configuration_type', 'OBSTYPE'),
  exclude_configuration_type: make(
    ['exclude_configuration_type', 'exclude_OBSTYPE'],
    types,
    (v) => v,
    (f, v) => !v.includes(f.configuration_type),
  ),
  include_configuration_type: make(
    ['include_configuration_type'],
    types,
    (v) => v,
    (f, v) => v.includes(f.configuration_type),
  ),
  exclude_calibrations: make(
    ['exclude_calibrations'],
    flag,
    spellFlag,
    (f, v) => !v || SCIENCE.includes(f.configuration_type),
  ),
  proposal_id: equal('proposal_id', 'PROPID'),
  instrument_id: equal('instrument_id', 'INSTRUME'),
  site_id: equal('site_id', 'SITEID'),
  telescope_id: equal('telescope_id', 'TELID'),
  primary_optical_element: equal('primary_optical_element', 'FILTER'),
  observation_id: equal('observation_id', 'BLKUID'),
  request_id: equal('request_id', 'REQNUM'),
  reduction_level: equal('reduction_level', 'RLEVEL'),
  site_id__in: among('site_id', 'xyz'),
  telescope_id__in: among('telescope_id', 'xyz'),
  instrument_id__in: among('instrument_id', 'o\'"\\{}'),
  primary_optical_element__in: among('primary_optical_element', 'NULL'),
  proposal_id__in: among('proposal_id', 'alpha%'),
  configuration_type__in: among('configuration_type', 'nonsense'),
  reduction_level__in: among('reduction_level', '40000'),
  request_id__in: among('request_id', '-1'),
  observation_id__in: among('observation_id', '99999999999999'),
  modified_after: modified('modified_after'),
  modified_before: modified('modified_before'),
  submitter: make(
    ['submitter'],
    (world) => fc.oneof(had('submitter')(world), words(1)),
    (v) => [v],
    (f, v) => f.submitter !== '' && spellings(v).includes(f.submitter),
  ),
  public: make(['public'], flag, spellFlag, (f, v, { superuser, proposals, token }) => {
    if (v) return true
    if (superuser) return !isPublic(f)
    if (token === undefined) return false
    return proposals.length === 0 || proposals.includes(f.proposal_id)
  }),
  covers: point('covers'),
  intersects: point('intersects'),
  box,
  cone,
}

/** Some filters at once, each at most once under whatever name. */
export const someFilters = (world: readonly ModelFrame[]): fc.Arbitrary<ModelFilter[]> =>
  fc
    .subarray(Object.keys(MODEL_FILTERS), { maxLength: 3 })
    .chain((names) => fc.tuple(...names.map((name) => MODEL_FILTERS[name]!(world))))

export const queryOf = (filters: readonly ModelFilter[], more: Record<string, string | number> = {}): string =>
  String(
    new URLSearchParams([
      ...filters.flatMap((f) => f.parameters),
      ...Object.entries(more).map(([k, v]): [string, string] => [k, String(v)]),
    ]),
  )
