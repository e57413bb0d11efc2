import { ArchiveError, found } from '../errors.ts'
import { update } from '../queries/frame_changes.ts'
import { type FrameRecord, written } from '../queries/frame_writes.ts'
import { inTransaction } from '../queries/transaction.ts'
import { writtenFrame as schema } from '../schemas/frame_answers.ts'
import { writtenFrame } from '../views/frame.ts'
import type { Asked } from './operation.ts'
import { pathId } from './parameters.ts'
import { ok } from './responses.ts'

/** What PUT and PATCH of a frame declare alike. */
export const frameChange = {
  path: '/frames/{id}/',
  tag: 'frames',
  visibility: 'superuser',
  parameters: { id: pathId('frame') },
  answers: { 200: ok('The frame as it is now.', schema) },
} as const

export const ADDS = 'Versions and relations are added to those that there are, headers are replaced.'

/** Changes a frame by the body; gives the frame as it is then. */
export async function changeFrame({
  parameters: { id },
  body,
  services: { writer, events },
  links,
}: Asked<(typeof frameChange)['parameters'], FrameRecord>) {
  const row = await inTransaction(writer, async (tx) => {
    if (!(await update(tx, id, body, { announced: events !== null }))) throw new ArchiveError('not_found')
    return found(await written(tx, id))
  })
  events?.wake()
  return writtenFrame(row, links)
}
