import { createRoute, z } from '@hono/zod-openapi'
import { ANY_FRAME } from '../caller.ts'
import { readTicket } from '../downloads/ticket.ts'
import { ArchiveError } from '../errors.ts'
import * as downloads from '../queries/downloads.ts'
import { operation } from './operation.ts'
import { anyone, bytesOf, refusals } from './responses.ts'
import { learntContents, zipBody } from './zip_answer.ts'

export const framesZipGet = operation(
  createRoute({
    method: 'get',
    path: '/frames/zip/{ticket}/',
    operationId: 'framesZipGet',
    tags: ['frames'],
    summary: 'Fetch a ZIP again',
    description:
      'The ZIP of an earlier POST, by the address that its Content-Location gave: the same bytes, for a day, without a login. Ranges of it once the CRC-32 of every file is known, which one whole download teaches.',
    security: anyone,
    request: {
      params: z.object({
        ticket: z.unknown().openapi({
          type: 'string',
          param: {
            name: 'ticket',
            in: 'path',
            required: true,
            description: 'The signed list of the files.',
            example: 'dGhpcyBpcyBub3QgYSBzaWduYXR1cmU_sg5k8w~ocs_archive_data-20160102-1~04',
          },
        } as never),
      }),
    },
    responses: {
      ...bytesOf('The ZIP.', 'application/zip'),
      ...refusals(404, 422),
    },
  }),
  async (c) => {
    const ticket = readTicket(c.env.keys, c.req.param('ticket') ?? '')
    if (!ticket) throw new ArchiveError('not_found')
    // the ticket was given to somebody who may see them
    const rows = await downloads.ofVersions(
      c.env.reader,
      ANY_FRAME,
      ticket.files.map((f) => f.version),
    )
    const byVersion = new Map(rows.map((row) => [row.version_id, row]))
    const wanted = ticket.files.flatMap(({ version, form }) => {
      const row = byVersion.get(version)
      return row ? [{ row, form }] : []
    })
    // a frame was deleted meanwhile: what is left would be another ZIP
    if (wanted.length < ticket.files.length) throw new ArchiveError('not_found')
    return zipBody(c, ticket.folder, await learntContents(c, wanted))
  },
)
