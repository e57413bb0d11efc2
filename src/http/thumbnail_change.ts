import { found } from '../errors.ts'
import * as thumbnails from '../queries/thumbnails.ts'
import { inTransaction } from '../queries/transaction.ts'
import { thumbnail as schema } from '../schemas/frame_answers.ts'
import { replacedFile, thumbnail } from '../views/thumbnail.ts'
import type { Asked } from './operation.ts'
import { pathId } from './parameters.ts'
import { ok } from './responses.ts'

const parameters = { id: pathId('thumbnail') }

/** Changes a thumbnail by the body; gives it as it is then. */
async function changeThumbnail({
  parameters: { id },
  body,
  services: { writer, removals },
  links,
}: Asked<typeof parameters, thumbnails.ThumbnailRecord>) {
  const { after, noted } = await inTransaction(writer, async (tx) => {
    const { before, after } = found(await thumbnails.update(tx, id, body))
    return { after, noted: await removals.note(tx, replacedFile(before, after)) }
  })
  await removals.remove(noted)
  return thumbnail(after, links)
}

/** What PUT and PATCH of a thumbnail have alike. */
export const thumbnailChange = {
  visibility: 'superuser',
  parameters,
  answers: { 200: ok('The thumbnail as it is now.', schema) },
  handle: changeThumbnail,
} as const
