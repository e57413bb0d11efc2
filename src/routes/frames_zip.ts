import { createRoute, z } from '@hono/zod-openapi'
import { byToken } from '../auth/identify.ts'
import { ArchiveError, ValidationError } from '../errors.ts'
import * as frames from '../queries/frames.ts'
import { boolean, list, parseInteger, text } from '../schemas/fields.ts'
import { encodePath } from '../store/local.ts'
import { type Entry, manifest, safeName, uniqueNames } from '../zip/manifest.ts'
import { filesOf } from '../views/frame.ts'
import { check, readBody } from './body.ts'
import { operation } from './operation.ts'
import { anyone, body, refusals } from './responses.ts'

const request = z
  .object({
    frame_ids: list((v) => parseInteger(v, 1, Number.POSITIVE_INFINITY), { description: 'The ids of the frames; those that the caller may not see are left out.', items: { type: 'integer', minimum: 1 }, example: [4, 5] }, { required: true }),
    uncompress: boolean({ description: 'true: fpacked files are unpacked.', example: false }),
    catalog_only: boolean({ description: 'true: of reduced frames only the catalogue.', example: false }),
    auth_token: text(255, 'blank', { description: 'The token of the user who asks, for forms that cannot send headers.', example: '9944b09199c62bcf9418ad846dd0e4bbdfc6ee4b' }),
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
    description: 'The newest files of the frames. Behind nginx with mod_zip the answer is the manifest from which nginx makes the ZIP.',
    security: anyone,
    request: { body: body(request) },
    responses: {
      200: { description: 'The manifest of the ZIP: a line `CRC SIZE LOCATION NAME` for each file.', content: { 'text/plain': { schema: z.string().openapi({ example: '- 1577 /zip-files/cpt/kb70/20160102/raw/a.fits.fz ocs_archive_data-20160102-1/a.fits.fz\n' }) } } },
      ...refusals(400, 404, 413, 415, 501),
      404: { ...refusals(404)[404], description: 'The caller may see none of the frames (no body then), or `auth_token` is nobody\'s.' },
    },
  }),
  async (c) => {
    const { config, reader, store, log } = c.env
    const asked = check(request, (await readBody(c)).value)
    const ids = [...new Set((asked.frame_ids as number[]).filter((id) => id <= INT4))]
    const { filenameBase, maxUncompressedFiles } = config.zip
    if (asked.uncompress && ids.length > maxUncompressedFiles)
      throw new ValidationError({ non_field_errors: [`A maximum of ${maxUncompressedFiles} frames can be downloaded with the uncompress flag. Please try again with fewer frame_ids.`] })
    const caller = asked.auth_token
      ? await byToken(c.env, asked.auth_token).catch((error) => {
          throw error instanceof ArchiveError && error.status === 401 ? new ArchiveError('not_found') : error
        })
      : c.var.caller
    const rows = await frames.byIds(reader, caller, ids)
    // what is missing may be this caller's own: a ZIP without it would look whole
    if (caller.kind === 'unverified' && rows.length < ids.length) throw new ArchiveError('portal_unavailable')
    if (rows.length === 0) return c.body(null, 404)
    if (asked.uncompress || asked.catalog_only) throw new ArchiveError('not_available_yet', 'This archive cannot unpack files yet.')

    const folder = `${filenameBase}-${new Date().toISOString().slice(0, 10).replaceAll('-', '')}-${rows.length}`
    const names = uniqueNames(rows.map((row) => safeName(row.basename + row.versions[0]![3])))
    const entries = await Promise.all(
      rows.map(async (row, i): Promise<Entry | null> => {
        const file = filesOf(row, store)[0]!
        const size = await store.size(file)
        if (size === null) log.error('a file is missing from the store', { path: file.path, key: file.key })
        return size === null ? null : { size, crc32: null, location: `/zip-files/${encodePath(file.path)}`, name: `${folder}/${names[i]}` }
      }),
    )
    const present = entries.filter((e) => e !== null)
    // a promised file that is not there would cut the download short: nothing to promise is nothing found
    if (present.length === 0) return c.body(null, 404)
    return c.body(manifest(present), 200, {
      'content-type': 'text/plain',
      'content-disposition': `attachment; filename=${folder}.zip`,
      'set-cookie': 'fileDownload=true; path=/',
      'x-archive-files': 'zip',
    })
  },
)
