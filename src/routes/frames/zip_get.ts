import { createRoute, z } from '@hono/zod-openapi'
import { userById } from '../../auth/identify.ts'
import { ANONYMOUS, type Caller } from '../../caller.ts'
import { ArchiveError } from '../../errors.ts'
import { type Layout, layOut, markOf } from '../../files/downloads/layout.ts'
import { readTicket, type Ticket } from '../../files/downloads/ticket.ts'
import { deliveryOf, learntContents, zipAnswer } from '../../http/downloads.ts'
import { operation, type RequestContext } from '../../http/operation.ts'
import { anyone, bytesOf, refusals } from '../../http/responses.ts'
import * as downloads from '../../queries/downloads.ts'
import type { Services } from '../../services.ts'

export const framesZipGet = operation(
  createRoute({
    method: 'get',
    path: '/frames/zip/{ticket}/',
    operationId: 'framesZipGet',
    tags: ['frames'],
    summary: 'Fetch a ZIP again',
    description:
      'The ZIP of an earlier POST, by the address that its Content-Location gave: the same bytes, by ranges too, for a day from the POST, without a login, as long as the frames are there and whoever sent the POST may see them. Behind nginx with mod_zip the answer is the manifest from which nginx makes the ZIP.',
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
    const word = c.req.param('ticket') ?? ''
    const ticket = readTicket(c.env.keys, word)
    // the two ways of delivery lay a ZIP out differently: one cannot go on with the other's
    if (!ticket || (ticket.delivery === 'manifest' && deliveryOf(c) !== 'manifest')) throw new ArchiveError('not_found')
    const layout = await layoutOf(c, ticket)
    // a frame is gone, out of its receiver's sight, or has another name: what is left would be
    // another ZIP
    if (!layout || markOf(layout) !== ticket.mark) throw new ArchiveError('not_found')
    return zipAnswer(c, layout, word)
  },
)

/**
 * The ZIP of a ticket as it was laid out; null where its receiver may not see all of its files any
 * more.
 */
async function layoutOf(c: RequestContext, { delivery, receiver, folder, files }: Ticket): Promise<Layout | null> {
  const caller = receiver === null ? ANONYMOUS : await stillUser(c.env, receiver)
  if (!caller) return null
  const ids = files.map(({ version }) => version)
  const rows = new Map((await downloads.ofVersions(c.env.reader, caller, ids)).map((row) => [row.version_id, row]))
  const wanted = files.flatMap(({ version, form }) => {
    const row = rows.get(version)
    return row ? [{ row, form }] : []
  })
  if (wanted.length < files.length) return null
  const descriptors = files.map(({ descriptor }) => descriptor)
  return layOut(delivery, folder, await learntContents(c, wanted), descriptors)
}

/** The user whom a ticket was given to; null: gone, or not active any more. */
const stillUser = (services: Services, id: number): Promise<Caller | null> =>
  userById(services, id).catch((error) => {
    if (error instanceof ArchiveError && error.status === 401) return null
    throw error
  })
