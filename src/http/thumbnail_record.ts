import { check } from '../schemas/check.ts'
import { type ThumbnailRecord, thumbnailRecordOf } from '../schemas/frame_record.ts'
import { thumbnailToPut } from '../schemas/thumbnails.ts'
import { readBody } from './body.ts'
import type { RequestContext } from './operation.ts'

/** A thumbnail out of the body of a request: all of it for POST and PUT, what was given for PATCH. */
export async function thumbnailRecord(c: RequestContext, presence: 'whole' | 'partial'): Promise<ThumbnailRecord> {
  const { value } = await readBody(c, 'record')
  const types = await c.env.configurationTypes.knownWith(
    (value as { configuration_type?: unknown } | null)?.configuration_type,
  )
  const schema = thumbnailToPut(c.env.config.thumbnails.sizes, types)
  return thumbnailRecordOf(check(presence === 'whole' ? schema : schema.partial(), value))
}
