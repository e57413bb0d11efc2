import { createRoute, z } from '@hono/zod-openapi'
import { networkOf } from '../auth/address.ts'
import { byToken } from '../auth/identify.ts'
import { formOf } from '../downloads/contents.ts'
import { ArchiveError, ValidationError } from '../errors.ts'
import * as downloads from '../queries/downloads.ts'
import { check } from '../schemas/check.ts'
import { boolean, list, parseInteger, text } from '../schemas/fields.ts'
import { readBody } from './body.ts'
import { operation, type RequestContext } from './operation.ts'
import { anyone, body, bytesOf, refusals } from './responses.ts'
import { learntContents, zipBody, zipManifest } from './zip_answer.ts'

const request = z
  .object({
    frame_ids: list(
      (v) => parseInteger(v, 1, Number.POSITIVE_INFINITY),
      {
        description: 'The ids of the frames; those that the caller may not see are left out.',
        items: { type: 'integer', minimum: 1 },
        example: [4, 5],
      },
      { required: true },
    ),
    uncompress: boolean({ description: 'true: fpacked files are unpacked.', example: false }),
    catalog_only: boolean({ description: 'true: of reduced frames only the catalogue.', example: false }),
    auth_token: text(255, 'blank', {
      description: 'The token of the user who asks, for forms that cannot send headers.',
      example: '9944b09199c62bcf9418ad846dd0e4bbdfc6ee4b',
    }),
  })
  .openapi('ZipRequest')

const INT4 = 2147483647

export const framesZip = operation(
  createRoute({
    method: 'post',
    path: '/frames/zip/',
    operationId: 'framesZip',
    tags: ['frames'],
    summary: 'Download frames as one ZIP',
    description:
      'The newest files of the frames, each once, those that the caller may not see left out. The ZIP is streamed; its address in Content-Location can be fetched again for a day, by ranges too, so that a download can be resumed. Behind nginx with mod_zip the answer is the manifest from which nginx makes the same ZIP.',
    security: anyone,
    request: { body: body(request) },
    responses: {
      200: {
        description: 'The ZIP; or for mod_zip its manifest: a line `CRC SIZE LOCATION NAME` for each file.',
        content: {
          'application/zip': { schema: z.string().openapi({ format: 'binary', description: 'The bytes of the ZIP.' }) },
          'text/plain': {
            schema: z.string().openapi({
              example: '- 1577 /zip-files/cpt/kb70/20160102/raw/a.fits.fz ocs_archive_data-20160102-1/a.fits.fz\n',
            }),
          },
        },
      },
      206: bytesOf('The ZIP.', 'application/zip')[206],
      416: bytesOf('The ZIP.')[416],
      ...refusals(400, 404, 413, 415, 422),
      404: {
        ...refusals(404)[404],
        description:
          "The caller may see none of the frames (no body then), `auth_token` is nobody's, or a file is missing from the store.",
      },
    },
  }),
  async (c) => {
    const { config, reader } = c.env
    const asked = check(request, (await readBody(c, 'selection')).value)
    const ids = [...new Set((asked.frame_ids as number[]).filter((id) => id <= INT4))]
    const { filenameBase, maxUncompressedFiles } = config.zip
    if (asked.uncompress && ids.length > maxUncompressedFiles)
      throw new ValidationError({
        non_field_errors: [
          `A maximum of ${maxUncompressedFiles} frames can be downloaded with the uncompress flag. Please try again with fewer frame_ids.`,
        ],
      })
    const caller = asked.auth_token
      ? await byToken(c.env, asked.auth_token, networkOf(c)).catch((error) => {
          throw error instanceof ArchiveError && error.status === 401 ? new ArchiveError('not_found') : error
        })
      : c.var.caller
    const rows = await downloads.ofFrames(reader, caller, ids)
    const forms = { uncompress: asked.uncompress === true, catalogOnly: asked.catalog_only === true }
    const contents = await learntContents(
      c,
      rows.map((row) => ({ row, form: formOf(row, forms) })),
    )
    if (contents.length === 0) return c.body(null, 404)
    const folder = `${filenameBase}-${new Date().toISOString().slice(0, 10).replaceAll('-', '')}-${contents.length}`
    return asksForManifest(c) ? zipManifest(c, folder, contents) : zipBody(c, folder, contents)
  },
)

/** Whether the proxy in front makes the ZIP out of a manifest: by configuration, or because it says that it can. */
const asksForManifest = ({ env, req }: RequestContext): boolean =>
  env.config.zip.delivery === 'manifest' ||
  (env.config.zip.delivery === 'auto' && req.header('x-zip-module') === 'mod_zip')
