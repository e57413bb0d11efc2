import { inTransaction } from '../database/races.ts'
import { ArchiveError, found } from '../errors.ts'
import { updateFrame } from '../queries/frames/update.ts'
import { readWritten } from '../queries/frames/written.ts'
import type { FrameRecord } from '../schemas/frame_record.ts'
import { showWrittenFrame } from '../views/frame.ts'
import type { Asked } from './operation.ts'
import { pathId } from './parameters.ts'
import { ok } from './responses.ts'
import { writing } from './writing.ts'

const parameters = { id: pathId('frame') }

/** Changes a frame by the body; gives the frame as it is then. */
async function changeFrame({
  parameters: { id },
  body,
  services: { events },
  links,
  c,
}: Asked<typeof parameters, FrameRecord>) {
  const row = await inTransaction(writing(c), async (tx) => {
    if (!(await updateFrame(tx, id, body, { announced: events !== null }))) throw new ArchiveError('not_found')
    return found(await readWritten(tx, id))
  })
  events?.wake()
  return showWrittenFrame(row, links)
}

/** What PUT and PATCH of a frame have alike. */
export const frameChange = {
  visibility: 'superuser',
  parameters,
  answers: { 200: ok('The frame as it is now.', 'writtenFrame') },
  handle: changeFrame,
} as const

export const ADDS = 'Versions and relations are added to those that there are, headers are replaced.'
