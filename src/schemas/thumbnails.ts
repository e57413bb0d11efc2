import { thumbnail as wire, writtenFrame } from './frame_answers.ts'
import { thumbnailObject } from './frames.ts'

export const thumbnailPut = thumbnailObject(['small', 'medium', 'large']).openapi('NewThumbnail')
export const thumbnailPatch = thumbnailPut.partial().openapi('ThumbnailChange')
export const writtenThumbnail = wire
  .omit({ id: true, frame: true })
  .extend({ frame: writtenFrame })
  .openapi('WrittenThumbnail')

type Schema = ReturnType<typeof thumbnailObject>

/** By sizes, then by configuration types. */
const built = new WeakMap<readonly string[], WeakMap<readonly string[], Schema>>()
/** The schema of a thumbnail's POST and PUT for a list of sizes and one of configuration types; one is built for each pair. */
export function thumbnailToPut(sizes: readonly string[], choices: readonly string[]): Schema {
  const ofSizes = built.get(sizes) ?? new WeakMap<readonly string[], Schema>()
  built.set(sizes, ofSizes)
  const schema = ofSizes.get(choices) ?? thumbnailObject(sizes, choices)
  ofSizes.set(choices, schema)
  return schema
}
