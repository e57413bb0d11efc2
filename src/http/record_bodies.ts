import type { FrameRecord } from '../queries/frame_writes.ts'
import type { ThumbnailRecord } from '../queries/thumbnails.ts'
import { check } from '../schemas/check.ts'
import { recordOf, thumbnailRecordOf } from '../schemas/frame_record.ts'
import { framePatch, framePut, frameToPut } from '../schemas/frames.ts'
import { thumbnailPatch, thumbnailPut, thumbnailToPut } from '../schemas/thumbnails.ts'
import type { Services } from '../services.ts'
import { body, type RequestBody } from './request_body.ts'

/** The configuration types that a record may name. */
const typesFor = (value: unknown, { configurationTypes }: Services): Promise<readonly string[]> =>
  configurationTypes.knownWith((value as { configuration_type?: unknown } | null)?.configuration_type)

/** A frame: all of it for POST and PUT, what is to change for PATCH. */
export const frameBody = (presence: 'whole' | 'partial'): RequestBody<FrameRecord> =>
  body(presence === 'whole' ? framePut : framePatch, 'record', async ({ value, json }, services) => {
    const schema = frameToPut(await typesFor(value, services))
    return recordOf(check(presence === 'whole' ? schema : schema.partial(), value), json)
  })

/** A thumbnail: all of it for POST and PUT, what is to change for PATCH. */
export const thumbnailBody = (presence: 'whole' | 'partial'): RequestBody<ThumbnailRecord> =>
  body(presence === 'whole' ? thumbnailPut : thumbnailPatch, 'record', async ({ value }, services) => {
    const schema = thumbnailToPut(services.config.thumbnails.sizes, await typesFor(value, services))
    return thumbnailRecordOf(check(presence === 'whole' ? schema : schema.partial(), value))
  })
