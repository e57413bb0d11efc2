import type { FrameRecord, NamedRecord, ThumbnailRecord } from '../schemas/frame_record.ts'
import type { Services } from '../services.ts'
import { body, type RequestBody } from './request_body.ts'

/** Loaded with the first record, as the schemas of bodies are. */
const records = () => import('../schemas/frame_record.ts')

/** The configuration types that a record may name. */
const typesFor = (value: unknown, { configurationTypes, request }: Services): Promise<readonly string[]> =>
  configurationTypes.knownWith((value as { configuration_type?: unknown } | null)?.configuration_type, request)

/** All of a frame. */
export const wholeFrame: RequestBody<NamedRecord> = body('framePut', 'record', async ({ value, json }, services) =>
  (await records()).readFrame(value, json, await typesFor(value, services)),
)

/** What is to change of a frame. */
export const partOfFrame: RequestBody<FrameRecord> = body('framePatch', 'record', async ({ value, json }, services) =>
  (await records()).readFrameChange(value, json, await typesFor(value, services)),
)

/** All of a thumbnail. */
export const wholeThumbnail: RequestBody<Required<ThumbnailRecord>> = body(
  'thumbnailPut',
  'record',
  async ({ value }, services) =>
    (await records()).readThumbnail(value, services.config.thumbnails.sizes, await typesFor(value, services)),
)

/** What is to change of a thumbnail. */
export const partOfThumbnail: RequestBody<ThumbnailRecord> = body(
  'thumbnailPatch',
  'record',
  async ({ value }, services) =>
    (await records()).readThumbnailChange(value, services.config.thumbnails.sizes, await typesFor(value, services)),
)
