import { z } from '@hono/zod-openapi'
import { parseArea } from './area.ts'
import {
  choice,
  date,
  dateTime,
  field,
  identifier,
  integer,
  list,
  number,
  type OpenApi,
  object,
  parseText,
  pythonType,
  REQUIRED,
  text,
  tooMany,
} from './fields.ts'

/** The columns of a frame: field, description, unit and example are the same in what is sent and what is answered. */
export const ABOUT = {
  basename: {
    description: 'The unique name of the frame: its file name up to the first dot.',
    example: 'cpt1m010-kb70-20160102-0010-e00',
  },
  area: {
    description:
      'The sky that the frame covers: a GeoJSON Polygon (or WKT, EWKT, hexadecimal WKB), RA and Dec in degrees (ICRS); null when it covers none.',
    example: {
      type: 'Polygon',
      coordinates: [
        [
          [10.48, 41.07],
          [10.48, 41.47],
          [10.88, 41.47],
          [10.88, 41.07],
          [10.48, 41.07],
        ],
      ],
    },
  },
  observation_date: { description: 'Start of the exposure (DATE-OBS), UTC.', example: '2016-01-02T03:04:05.678000Z' },
  observation_day: { description: 'The observing day (DAY-OBS): the date of the night.', example: '2016-01-02' },
  proposal_id: { description: 'The proposal that owns the data.', example: 'KEY2014A-002' },
  instrument_id: { description: 'The instrument (camera) code.', example: 'kb70' },
  target_name: { description: 'The name of the target.', example: 'M 31' },
  reduction_level: { description: 'The reduction level: 0 is raw, 91 fully reduced.', example: 0 },
  site_id: { description: 'The site code.', example: 'cpt' },
  telescope_id: { description: 'The telescope code.', example: '1m0a' },
  exposure_time: { description: 'The exposure time, in seconds.', example: 30.5 },
  primary_optical_element: { description: 'The filter or other primary optical element.', example: 'rp' },
  public_date: {
    description: 'When the frame becomes public, UTC; null: never.',
    example: '2017-01-02T03:04:05.678000Z',
  },
  configuration_type: { description: 'The configuration type (OBSTYPE).', example: 'EXPOSE' },
  observation_id: { description: 'The observation (BLKUID).', example: 1001 },
  request_id: { description: 'The request (REQNUM).', example: 2001 },
} satisfies Record<string, OpenApi>

export const newVersion = z
  .object({
    key: text(
      32,
      'filled',
      { description: "The store's name of this content: S3's VersionId.", example: 'b7a2e9baf70d9c6dcca08ad7071858aa' },
      { required: true },
    ),
    md5: text(
      32,
      'filled',
      { description: 'The MD5 of the file, hexadecimal.', example: '1930de44d51464786f31ca37ee3136ff' },
      { required: true },
    ),
    extension: text(
      20,
      'filled',
      { description: 'What follows the basename in the file name.', example: '.fits.fz' },
      { required: true },
    ),
    size: integer(
      0,
      Number.MAX_SAFE_INTEGER,
      {
        description: 'The size of the file, in bytes; learnt from the store when it is not given.',
        example: 711360,
      },
      { nullable: true },
    ),
    crc32: integer(
      0,
      0xffffffff,
      {
        description: 'The CRC-32 of the file, by which ZIP downloads can be resumed; learnt when it is not given.',
        example: 2646879101,
      },
      { nullable: true },
    ),
  })
  .openapi('NewVersion', { description: 'A stored file to add.' })

/** Far beyond what one request has ever added to a frame. */
const MAX_VERSIONS = 1000

/** A list of objects: DRF refuses what is no list with a message of its own, and each element that is no object at its index. */
const versionSet = z
  .unknown()
  .transform((value, ctx) => {
    const fail = (message: string, path: PropertyKey[]) => {
      ctx.addIssue({ code: 'custom', message, path })
      return z.NEVER
    }
    if (value === undefined) return fail(REQUIRED, [])
    if (!Array.isArray(value))
      return fail(`Expected a list of items but got type "${pythonType(value)}".`, ['non_field_errors'])
    if (value.length > MAX_VERSIONS) return fail(tooMany(MAX_VERSIONS), ['non_field_errors'])
    return value.map((item, i) => {
      if (typeof item !== 'object' || item === null || Array.isArray(item))
        return fail(`Invalid data. Expected a dictionary, but got ${pythonType(item)}.`, [i, 'non_field_errors'])
      const parsed = newVersion.safeParse(item)
      if (parsed.success) return parsed.data as z.output<typeof newVersion>
      for (const issue of parsed.error.issues) fail(issue.message, [i, ...issue.path])
      return z.NEVER
    })
  })
  .openapi({
    type: 'array',
    maxItems: MAX_VERSIONS,
    items: { $ref: '#/components/schemas/NewVersion' },
    description: 'The stored files to add to the frame.',
    example: [
      { key: 'b7a2e9baf70d9c6dcca08ad7071858aa', md5: '1930de44d51464786f31ca37ee3136ff', extension: '.fits.fz' },
    ],
  } as never)

/** The metadata shared by frames and thumbnails. `choices`: the configuration types known; none given: not checked (for OpenAPI). */
const metadata = (types: { choices?: readonly string[] | undefined; blank: boolean }) => ({
  observation_date: dateTime(ABOUT.observation_date, { nullable: true }),
  observation_day: date(ABOUT.observation_day, { required: true }),
  proposal_id: text(200, 'blank', ABOUT.proposal_id),
  instrument_id: text(64, 'blank', ABOUT.instrument_id),
  target_name: text(200, 'blank', ABOUT.target_name),
  reduction_level: integer(-32768, 32767, ABOUT.reduction_level),
  site_id: text(3, 'blank', ABOUT.site_id),
  telescope_id: text(4, 'blank', ABOUT.telescope_id),
  exposure_time: number({ ...ABOUT.exposure_time }, { nullable: true }),
  primary_optical_element: text(100, 'blank', ABOUT.primary_optical_element),
  public_date: dateTime(ABOUT.public_date, { nullable: true }),
  configuration_type: choice(
    ABOUT.configuration_type,
    types.choices && (types.blank ? ['', ...types.choices] : types.choices),
    { required: !types.blank },
  ),
  observation_id: identifier(ABOUT.observation_id, { nullable: true }),
  request_id: identifier(ABOUT.request_id, { nullable: true }),
})

export const METADATA_FIELDS = ['area', ...Object.keys(metadata({ blank: false }))]

const area = (required: boolean) =>
  field(
    parseArea,
    { anyOf: [{ $ref: '#/components/schemas/Area' }, { type: 'string' }, { type: 'null' }], ...ABOUT.area },
    { required, nullable: true },
  )

function frameObject(choices?: readonly string[]) {
  return z.object({
    basename: text(1000, 'filled', ABOUT.basename, { required: true }),
    area: area(true),
    ...metadata({ choices, blank: false }),
    version_set: versionSet,
    headers: object(
      { description: "The file's FITS header, as JSON.", example: { OBJECT: 'M 31', AIRMASS: 1.0129248 } },
      { required: true },
    ),
    related_frame_filenames: list(
      (v) => parseText(v, 1000, 'filled'),
      {
        description: 'Basenames of related frames, present or still to come.',
        items: { type: 'string' },
        example: ['cpt1m010-kb70-20160101-0001-b00'],
      },
      { required: true },
    ),
  })
}

const built = new WeakMap<readonly string[], ReturnType<typeof frameObject>>()
/** The schema of a frame's POST and PUT for a list of configuration types; one is built for each list. */
export function frameToPut(choices: readonly string[]): ReturnType<typeof frameObject> {
  const schema = built.get(choices) ?? frameObject(choices)
  built.set(choices, schema)
  return schema
}

export const framePut = frameObject().openapi('NewFrame')
export const framePatch = framePut.partial().openapi('FrameChange')

export function thumbnailObject(sizes: readonly string[], choices?: readonly string[]) {
  return z.object({
    basename: text(
      1000,
      'filled',
      {
        ...ABOUT.basename,
        description: 'The unique name of the thumbnail.',
        example: 'cpt1m010-kb70-20160102-0010-e91-small',
      },
      { required: true },
    ),
    size: choice({ description: 'The size of the thumbnail.', example: 'small' }, sizes, { required: true }),
    frame_basename: text(
      1000,
      'filled',
      { ...ABOUT.basename, description: 'The frame that it is of, present or still to come.' },
      { required: true },
    ),
    area: area(false),
    ...metadata({ choices, blank: true }),
    version_set: versionSet,
  })
}
