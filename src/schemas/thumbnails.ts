import type { z } from '@hono/zod-openapi'
import { thumbnail as wire, writtenFrame } from './frame_answers.ts'
import { thumbnailObject } from './frames.ts'

export const thumbnailPut = thumbnailObject(['small', 'medium', 'large']).openapi('NewThumbnail')
export const thumbnailPatch = thumbnailPut.partial().openapi('ThumbnailChange')
export const writtenThumbnail = wire
  .omit({ id: true, frame: true })
  .extend({ frame: writtenFrame })
  .openapi('WrittenThumbnail')

const built = new WeakMap<readonly string[], z.ZodType>()
/** The schema of a thumbnail's POST and PUT for a list of configuration types. */
export function thumbnailToPut(
  sizes: readonly string[],
  choices: readonly string[],
): ReturnType<typeof thumbnailObject> {
  const schema =
    (built.get(choices) as ReturnType<typeof thumbnailObject> | undefined) ?? thumbnailObject(sizes, choices)
  built.set(choices, schema)
  return schema
}
