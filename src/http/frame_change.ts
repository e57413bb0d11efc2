import { ArchiveError, found } from '../errors.ts'
import { update } from '../queries/frame_changes.ts'
import { type FrameRecord, written } from '../queries/frame_writes.ts'
import { inTransaction } from '../queries/transaction.ts'
import { writtenFrame as schema } from '../schemas/frame_answers.ts'
import { writtenFrame } from '../views/frame.ts'
import type { Asked } from './operation.ts'
import { pathId } from './parameters.ts'
import { ok } from './responses.ts'

const parameters = { id: pathId('frame') }

/** Changes a frame by the body; gives the frame as it is then. */
async function changeFrame({
  parameters: { id },
  body,
  services: { writer, events },
  links,
}: Asked<typeof parameters, FrameRecord>) {
  const row = await inTransaction(writer, async (tx) => {
    if (!(await update(tx, id, body, { announced: events !== null }))) throw new ArchiveError('not_found')
    return found(await written(tx, id))
  })
  events?.wake()
  return writtenFrame(row, links)
}

/** What PUT and PATCH of a frame have alike. */
export const frameChange = {
  visibility: 'superuser',
  parameters,
  answers: { 200: ok('The frame as it is now.', schema) },
  handle: changeFrame,
} as const

export const ADDS = 'Versions and relations are added to those that there are, headers are replaced.'
