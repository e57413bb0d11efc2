import { inTransaction } from '../database/races.ts'
import { found } from '../errors.ts'
import { updateThumbnail } from '../queries/thumbnails/update.ts'
import type { ThumbnailRecord } from '../schemas/frame_record.ts'
import { replacedFile, showThumbnail } from '../views/thumbnail.ts'
import type { Asked } from './operation.ts'
import { pathId } from './parameters.ts'
import { ok } from './responses.ts'
import { writing } from './writing.ts'

const parameters = { id: pathId('thumbnail') }

/** Changes a thumbnail by the body; gives it as it is then. */
async function changeThumbnail({
  parameters: { id },
  body,
  services: { removals },
  links,
  c,
}: Asked<typeof parameters, ThumbnailRecord>) {
  const { after, noted } = await inTransaction(writing(c), async (tx) => {
    const { before, after } = found(await updateThumbnail(tx, id, body))
    return { after, noted: await removals.note(tx, replacedFile(before, after)) }
  })
  await removals.remove(noted)
  return showThumbnail(after, links)
}

/** What PUT and PATCH of a thumbnail have alike. */
export const thumbnailChange = {
  visibility: 'superuser',
  parameters,
  answers: { 200: ok('The thumbnail as it is now.', 'thumbnail') },
  handle: changeThumbnail,
} as const
