import { check } from '../schemas/check.ts'
import {
  type FrameRecord,
  type NamedRecord,
  recordOf,
  type ThumbnailRecord,
  thumbnailRecordOf,
} from '../schemas/frame_record.ts'
import { framePatch, framePut, frameToPut } from '../schemas/frames.ts'
import { thumbnailPatch, thumbnailPut, thumbnailToPut } from '../schemas/thumbnails.ts'
import type { Services } from '../services.ts'
import { body, type RequestBody } from './request_body.ts'

/** The configuration types that a record may name. */
const typesFor = (value: unknown, { configurationTypes }: Services): Promise<readonly string[]> =>
  configurationTypes.knownWith((value as { configuration_type?: unknown } | null)?.configuration_type)

/** All of a frame. */
export const wholeFrame: RequestBody<NamedRecord> = body(framePut, 'record', async ({ value, json }, services) =>
  recordOf(check(frameToPut(await typesFor(value, services)), value), json),
)

/** What is to change of a frame. */
export const partOfFrame: RequestBody<FrameRecord> = body(framePatch, 'record', async ({ value, json }, services) =>
  recordOf(check(frameToPut(await typesFor(value, services)).partial(), value), json),
)

const thumbnailSchema = async (value: unknown, services: Services) =>
  thumbnailToPut(services.config.thumbnails.sizes, await typesFor(value, services))

/** All of a thumbnail. */
export const wholeThumbnail: RequestBody<Required<ThumbnailRecord>> = body(
  thumbnailPut,
  'record',
  async ({ value }, services) =>
    thumbnailRecordOf(check(await thumbnailSchema(value, services), value)) as Required<ThumbnailRecord>,
)

/** What is to change of a thumbnail. */
export const partOfThumbnail: RequestBody<ThumbnailRecord> = body(
  thumbnailPatch,
  'record',
  async ({ value }, services) => thumbnailRecordOf(check((await thumbnailSchema(value, services)).partial(), value)),
)
