import { userById } from '../../auth/identify.ts'
import { ANONYMOUS, type Caller } from '../../caller.ts'
import { ArchiveError } from '../../errors.ts'
import { type Layout, layOut, markOf } from '../../files/downloads/layout.ts'
import { readTicket, type Ticket } from '../../files/downloads/ticket.ts'
import type { RequestContext } from '../../http/context.ts'
import { deliveryOf, learntContents, zipAnswer } from '../../http/downloads.ts'
import { bytesOf, operation, pathText } from '../../http/operation.ts'
import { lookUp } from '../../http/reading.ts'
import * as downloads from '../../queries/downloads.ts'
import type { Services } from '../../services.ts'

export const framesZipGet = operation('framesZipGet', 'GET /frames/zip/{ticket}/', {
  summary: 'Fetch a ZIP again',
  description:
    'The ZIP of an earlier POST, by the address that its Content-Location gave: the same bytes, by ranges too, for a day from the POST, without a login, as long as the frames are there and whoever sent the POST may see them. Behind nginx with mod_zip the answer is the manifest from which nginx makes the ZIP.',
  visibility: 'anyone',
  parameters: {
    ticket: pathText({
      description: 'The signed list of the files.',
      example: 'dGhpcyBpcyBub3QgYSBzaWduYXR1cmU_sg5k8w~ocs_archive_data-20160102-1~04',
    }),
  },
  refusals: [422],
  answers: bytesOf('The ZIP.', 'application/zip'),
  async handle({ c, parameters, services }) {
    const ticket = readTicket(services.keys, parameters.ticket)
    // the two ways of delivery lay a ZIP out differently: one cannot go on with the other's
    if (!ticket || (ticket.delivery === 'manifest' && deliveryOf(c) !== 'manifest')) throw new ArchiveError('not_found')
    const layout = await layoutOf(c, ticket)
    // a frame is gone, out of its receiver's sight, or has another name: what is left would be
    // another ZIP
    if (!layout || markOf(layout) !== ticket.mark) throw new ArchiveError('not_found')
    return zipAnswer(c, layout, parameters.ticket)
  },
})

/**
 * The ZIP of a ticket as it was laid out; null where its receiver may not see all of its files any
 * more.
 */
async function layoutOf(c: RequestContext, { delivery, receiver, folder, files }: Ticket): Promise<Layout | null> {
  const caller = receiver === null ? ANONYMOUS : await stillUser(c.env, receiver)
  if (!caller) return null
  const ids = files.map(({ version }) => version)
  const found = await lookUp(c, 'quick', (sql) => downloads.ofVersions(sql, caller, ids), {
    isWhole: ({ length }) => length === ids.length,
    caller,
  })
  const rows = new Map(found.map((row) => [row.version_id, row]))
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
