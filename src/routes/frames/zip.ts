import { userByToken } from '../../auth/identify.ts'
import { ArchiveError, ValidationError } from '../../errors.ts'
import { type Content, formOf } from '../../files/downloads/content.ts'
import { etagOf, type Layout, layOut } from '../../files/downloads/layout.ts'
import { TICKET_VALID_S } from '../../files/downloads/ticket.ts'
import { networkOf } from '../../http/address.ts'
import type { RequestContext } from '../../http/context.ts'
import { deliveryOf, learntContents, ticketOf, zipAnswer } from '../../http/downloads.ts'
import { binary, bytesOf, checkedBody, operation, REFUSED } from '../../http/operation.ts'
import { lookUp } from '../../http/reading.ts'
import * as downloads from '../../queries/downloads.ts'

export const framesZip = operation('framesZip', 'POST /frames/zip/', {
  summary: 'Download frames as one ZIP',
  description:
    'The newest files of the frames, each once, those that the caller may not see left out. The ZIP is streamed; its address in Content-Location can be fetched for a day, by ranges too, so that a download that broke off can be resumed. A range of the POST itself needs If-Range. Behind nginx with mod_zip the answer is the manifest from which nginx makes the ZIP.',
  visibility: 'anyone',
  // front ends of other hosts post their forms here
  fromOtherSites: 'anonymous',
  body: checkedBody('zipRequest', 'selection'),
  refusals: [422],
  answers: {
    ...bytesOf('The ZIP.', 'application/zip'),
    200: {
      description: 'The ZIP; or for mod_zip its manifest: a line `CRC SIZE LOCATION NAME` for each file.',
      content: {
        'application/zip': { schema: binary('The bytes of the ZIP.') },
        'text/plain': {
          schema: {
            type: 'string',
            example: '- 1577 /zip-files/cpt/kb70/20160102/raw/a.fits.fz ocs_archive_data-20160102-1/a.fits.fz\n',
          },
        },
      },
    },
    404: {
      ...REFUSED[404],
      description:
        "The caller may see none of the frames (no body then), `auth_token` is nobody's, or a file is missing from the store.",
    },
  },
  async handle({ c, body, services, ...asked }) {
    const ids = [...new Set(body.frame_ids.filter(Number.isSafeInteger))]
    const { maxUncompressedFiles } = services.config.zip
    if (body.uncompress && ids.length > maxUncompressedFiles)
      throw new ValidationError({
        non_field_errors: [
          `A maximum of ${maxUncompressedFiles} frames can be downloaded with the uncompress flag. Please try again with fewer frame_ids.`,
        ],
      })
    const caller = body.auth_token
      ? await userByToken(services, body.auth_token, networkOf(c)).catch((error) => {
          throw error instanceof ArchiveError && error.status === 401 ? new ArchiveError('not_found') : error
        })
      : asked.caller
    // a body has room for tens of thousands of ids
    const rows = await lookUp(c, 'search', (sql) => downloads.ofFrames(sql, caller, ids), {
      isWhole: ({ length }) => length === ids.length,
      caller,
    })
    const forms = { uncompress: body.uncompress === true, catalogOnly: body.catalog_only === true }
    const contents = await learntContents(
      c,
      rows.map((row) => ({ row, form: formOf(row, forms) })),
    )
    if (contents.length === 0) return c.body(null, 404)
    const layout = layoutOf(c, contents)
    const expires = Math.floor(Date.now() / 1000) + TICKET_VALID_S
    return zipAnswer(c, layout, ticketOf(c, layout, caller, expires))
  },
})

const DAY_MS = 86_400_000

/**
 * The ZIP under today's date; under yesterday's, where it is the rest of a download that began
 * then.
 */
function layoutOf(c: RequestContext, contents: readonly Content[]): Layout {
  const on = (time: number): Layout => {
    const date = new Date(time).toISOString().slice(0, 10).replaceAll('-', '')
    const folder = `${c.env.config.zip.filenameBase}-${date}-${contents.length}`
    return layOut(deliveryOf(c), folder, contents)
  }
  const begun = c.req.header('if-range')?.trim()
  if (begun === undefined) return on(Date.now())
  const yesterday = on(Date.now() - DAY_MS)
  return begun === etagOf(yesterday) ? yesterday : on(Date.now())
}
