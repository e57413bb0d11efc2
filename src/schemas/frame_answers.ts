import { z } from '@hono/zod-openapi'
import { AREA, BASENAME, COLUMNS, columnsAnswered } from './columns.ts'

const ring = z
  .array(z.array(z.number().openapi({ format: 'double' })))
  .openapi({ description: 'A closed ring of [RA, Dec] in degrees.', example: AREA.example.coordinates[0] })
export const polygon = z
  .object({
    type: z.literal('Polygon').openapi({ description: 'The kind of geometry.', example: 'Polygon' }),
    coordinates: z
      .array(ring)
      .openapi({ description: 'The outer ring, then its holes; degrees.', example: AREA.example.coordinates }),
  })
  .openapi('Area', {
    description: 'A GeoJSON Polygon; longitude is RA, in -180…180 degrees, latitude Dec in degrees.',
    example: AREA.example,
  })

const FILENAME = `${BASENAME.example}.fits.fz`
const VERSION = {
  id: 4,
  key: 'b7a2e9baf70d9c6dcca08ad7071858aa',
  md5: '1930de44d51464786f31ca37ee3136ff',
  extension: '.fits.fz',
  created: '2016-01-02T03:14:05.123456Z',
  url: `https://archive.example/files/cpt/kb70/20160102/raw/${FILENAME}`,
}
const THUMBNAIL = {
  id: 7,
  size: 'small',
  basename: 'cpt1m010-kb70-20160102-0010-e00-small',
  extension: '.jpg',
  key: '9ca08c222c1464208669acc9524392b5',
  frame: 4,
  url: 'https://archive.example/files/cpt/kb70/20160102/thumbnails/cpt1m010-kb70-20160102-0010-e00-small.jpg',
}

export const version = z
  .object({
    id: z.int().openapi({ format: 'int64', description: 'The id of the version.', example: VERSION.id }),
    key: z.string().openapi({ description: "The store's name of this content.", example: VERSION.key }),
    md5: z.string().openapi({ description: 'The MD5 of the file, hexadecimal.', example: VERSION.md5 }),
    extension: z.string().openapi({ description: 'What follows the basename in the file name.', example: '.fits.fz' }),
    created: z
      .string()
      .openapi({ format: 'date-time', description: 'When the version was added, UTC.', example: VERSION.created }),
    url: z.string().optional().openapi({
      description:
        'Where the file is fetched; absent while the frame has no date, and for a caller who may not see the frame.',
      example: VERSION.url,
    }),
  })
  .openapi('Version')

export const thumbnail = z
  .object({
    id: z.int().openapi({ format: 'int64', description: 'The id of the thumbnail.', example: THUMBNAIL.id }),
    size: z.string().openapi({ description: 'The size.', example: THUMBNAIL.size }),
    basename: z.string().openapi({ description: 'The unique name.', example: THUMBNAIL.basename }),
    extension: z.string().openapi({ description: 'What follows the basename in the file name.', example: '.jpg' }),
    key: z.string().openapi({ description: "The store's name of this content.", example: THUMBNAIL.key }),
    frame: z.int().openapi({ format: 'int64', description: 'The id of the frame.', example: THUMBNAIL.frame }),
    url: z.string().openapi({ description: 'Where the JPEG is fetched.', example: THUMBNAIL.url }),
  })
  .openapi('Thumbnail')

const columnsOut = {
  id: z.int().openapi({ format: 'int64', description: 'The id of the frame.', example: 4 }),
  basename: z.string().openapi(BASENAME),
  area: polygon.optional(),
  ...columnsAnswered,
  version_set: z.array(version).openapi({ description: 'The stored files, newest first.', example: [VERSION] }),
  related_frames: z
    .array(z.int().openapi({ format: 'int64' }))
    .optional()
    .openapi({ description: 'The ids of the related frames.', example: [1, 2] }),
}

export const writtenFrame = z
  .object({
    ...columnsOut,
    url: z.string().optional().openapi({
      description: 'Where the newest file is fetched; absent while there is none.',
      example: VERSION.url,
    }),
    filename: z.string().optional().openapi({
      description: 'The name of the newest file; absent while there is none.',
      example: FILENAME,
    }),
  })
  .openapi('WrittenFrame', { description: 'A frame as writes answer it.' })

export const frame = z
  .object({
    ...columnsOut,
    url: z.string().nullable().openapi({
      description: 'Where the newest file is fetched; null while there is none.',
      example: VERSION.url,
    }),
    filename: z.string().nullable().openapi({
      description: 'The name of the newest file; null while there is none.',
      example: FILENAME,
    }),
    modified: z.string().optional().openapi({
      format: 'date-time',
      description: 'When the frame was last modified, UTC, where include_modified asks for it.',
      example: '2016-01-02T03:14:05.123456Z',
    }),
    thumbnails: z
      .array(thumbnail)
      .optional()
      .openapi({ description: 'The thumbnails, where include_thumbnails asks for them.', example: [THUMBNAIL] }),
    ...Object.fromEntries(
      Object.entries(COLUMNS).map(([name, { keyword, about, answered }]) => [
        keyword,
        answered.openapi({ ...about, description: `The same as \`${name}\`, under its FITS keyword.` }),
      ]),
    ),
  })
  .openapi('Frame', {
    description: 'A frame as it is read, with the FITS keywords that older clients know beside the newer names.',
  })
