import { z } from '@hono/zod-openapi'
import { choice, date, dateTime, identifier, integer, number, type OpenApi, text } from './fields.ts'

/** A column of a frame: its documentation, its field when sent, its schema when answered. */
interface Column {
  /** The name under which older clients know it: a FITS keyword. */
  keyword: string
  about: OpenApi
  sent: z.ZodType
  answered: z.ZodType
}

const textColumn = (keyword: string, max: number, description: string, example: string): Column => ({
  keyword,
  about: { description, example },
  sent: text(max, 'blank', { description, example }),
  answered: z.string().openapi({ description, example }),
})
const timeColumn = (keyword: string, description: string, example: string): Column => ({
  keyword,
  about: { description, example },
  sent: dateTime({ description, example }, { nullable: true }),
  answered: z.string().nullable().openapi({ format: 'date-time', description, example }),
})
const idColumn = (keyword: string, description: string, example: number): Column => ({
  keyword,
  about: { description, example },
  sent: identifier({ description, example }, { nullable: true }),
  answered: z.int().nullable().openapi({ description, example }),
})

const DAY = { description: 'The observing day (DAY-OBS): the date of the night.', example: '2016-01-02' }
const LEVEL = { description: 'The reduction level: 0 is raw, 91 fully reduced.', example: 0 }
const EXPOSURE = { description: 'The exposure time, in seconds.', example: 30.5 }
export const TYPE = { description: 'The configuration type (OBSTYPE).', example: 'EXPOSE' }

/** The columns that frames and thumbnails are sent with, besides name and area. */
export const COLUMNS = {
  observation_date: timeColumn('DATE_OBS', 'Start of the exposure (DATE-OBS), UTC.', '2016-01-02T03:04:05.678000Z'),
  observation_day: {
    keyword: 'DAY_OBS',
    about: DAY,
    sent: date(DAY, { required: true }),
    answered: z
      .string()
      .nullable()
      .openapi({ format: 'date', ...DAY }),
  },
  proposal_id: textColumn('PROPID', 200, 'The proposal that owns the data.', 'KEY2014A-002'),
  instrument_id: textColumn('INSTRUME', 64, 'The instrument (camera) code.', 'kb70'),
  target_name: textColumn('OBJECT', 200, 'The name of the target.', 'M 31'),
  reduction_level: {
    keyword: 'RLEVEL',
    about: LEVEL,
    sent: integer(-32768, 32767, LEVEL),
    answered: z.int().openapi(LEVEL),
  },
  site_id: textColumn('SITEID', 3, 'The site code.', 'cpt'),
  telescope_id: textColumn('TELID', 4, 'The telescope code.', '1m0a'),
  exposure_time: {
    keyword: 'EXPTIME',
    about: EXPOSURE,
    sent: number(EXPOSURE, { nullable: true }),
    answered: z
      .number()
      .nullable()
      .openapi({ format: 'double', ...EXPOSURE }),
  },
  primary_optical_element: textColumn('FILTER', 100, 'The filter or other primary optical element.', 'rp'),
  public_date: timeColumn(
    'L1PUBDAT',
    'When the frame becomes public, UTC; null: never.',
    '2017-01-02T03:04:05.678000Z',
  ),
  configuration_type: { keyword: 'OBSTYPE', about: TYPE, sent: choice(TYPE), answered: z.string().openapi(TYPE) },
  observation_id: idColumn('BLKUID', 'The observation (BLKUID).', 1001),
  request_id: idColumn('REQNUM', 'The request (REQNUM).', 2001),
} satisfies Record<string, Column>

type Name = keyof typeof COLUMNS
const each = <T>(make: (column: Column) => T) =>
  Object.fromEntries(Object.entries(COLUMNS).map(([name, column]) => [name, make(column)])) as Record<Name, T>

export const columnsSent = each(({ sent }) => sent)
export const columnsAnswered = each(({ answered }) => answered)

export const BASENAME = {
  description: 'The unique name of the frame: its file name up to the first dot.',
  example: 'cpt1m010-kb70-20160102-0010-e00',
}
export const AREA = {
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
}
export const METADATA_FIELDS = ['area', ...Object.keys(COLUMNS)]
