import { z } from '@hono/zod-openapi'
import { parseArea } from './area.ts'
import { AREA, BASENAME, columnsSent, TYPE } from './columns.ts'
import { choice, field, integer, list, object, parseText, pythonType, REQUIRED, text, tooMany } from './fields.ts'

const required = { required: true } as const
const nullable = { nullable: true } as const

const VERSION = {
  key: 'b7a2e9baf70d9c6dcca08ad7071858aa',
  md5: '1930de44d51464786f31ca37ee3136ff',
  extension: '.fits.fz',
}

export const versionInput = z
  .object({
    key: text(
      32,
      'filled',
      { description: "The store's name of this content: S3's VersionId.", example: VERSION.key },
      required,
    ),
    md5: text(32, 'filled', { description: 'The MD5 of the file, hexadecimal.', example: VERSION.md5 }, required),
    extension: text(
      20,
      'filled',
      { description: 'What follows the basename in the file name.', example: VERSION.extension },
      required,
    ),
    size: integer(
      0,
      Number.MAX_SAFE_INTEGER,
      {
        format: 'int64',
        description: 'The size of the file, in bytes; learnt from the store when it is not given.',
        example: 711360,
      },
      nullable,
    ),
    crc32: integer(
      0,
      0xffffffff,
      {
        format: 'int64',
        description: 'The CRC-32 of the file, by which ZIP downloads can be resumed; learnt when it is not given.',
        example: 2646879101,
      },
      nullable,
    ),
  })
  .openapi('VersionInput', { description: 'A stored file to add.' })

/** Far beyond what one request has ever added to a frame. */
const MAX_VERSIONS = 1000

/** A list of objects. DRF has own messages for what is no list, and for what is no object. */
export const versionSet = z
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
      const parsed = versionInput.safeParse(item)
      if (parsed.success) return parsed.data
      for (const issue of parsed.error.issues) fail(issue.message, [i, ...issue.path])
      return z.NEVER
    })
  })
  .openapi({
    type: 'array',
    maxItems: MAX_VERSIONS,
    items: { $ref: '#/components/schemas/VersionInput' },
    description: 'The stored files to add to the frame.',
    example: [VERSION],
  })

/** The field of a unique name. */
export const basename = (description = BASENAME.description, example = BASENAME.example) =>
  text(1000, 'filled', { description, example }, required)

/** The field of an area; PostGIS reads what is not GeoJSON. */
export const area = <const P extends { nullable: true; required?: boolean }>(presence: P) =>
  field(parseArea, { anyOf: [{ $ref: '#/components/schemas/Area' }, { type: ['string', 'null'] }], ...AREA }, presence)

/** Makes a schema once for each list that it depends on. */
export function perList<T>(make: (list: readonly string[]) => T): (list: readonly string[]) => T {
  const made = new WeakMap<readonly string[], T>()
  return (list) => {
    const known = made.get(list) ?? make(list)
    made.set(list, known)
    return known
  }
}

/** @param types the configuration types known; none given: not checked (for OpenAPI) */
const frameObject = (types?: readonly string[]) =>
  z.object({
    basename: basename(),
    area: area({ required: true, nullable: true }),
    ...columnsSent,
    configuration_type: choice(TYPE, types, required),
    version_set: versionSet,
    headers: object(
      { description: "The file's FITS header, as JSON.", example: { OBJECT: 'M 31', AIRMASS: 1.0129248 } },
      required,
    ),
    related_frame_filenames: list(
      (v) => parseText(v, 1000, 'filled'),
      {
        description: 'Basenames of related frames, present or still to come.',
        items: { type: 'string' },
        example: ['cpt1m010-kb70-20160101-0001-b00'],
      },
      required,
    ),
  })

/** The schema of a frame's POST and PUT, for a list of configuration types. */
export const frameToPut = perList(frameObject)
export const framePut = frameObject().openapi('FrameInput', { description: 'A frame as it is sent, whole.' })
export const framePatch = framePut.partial().openapi('FrameChange', { description: 'What is to change of a frame.' })
