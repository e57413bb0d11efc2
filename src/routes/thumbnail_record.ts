import { ValidationError } from '../errors.ts'
import type { NewVersion } from '../queries/frame_writes.ts'
import type { ThumbnailRecord } from '../queries/thumbnails.ts'
import { check } from '../schemas/check.ts'
import { metadataOf } from '../schemas/frame_record.ts'
import { thumbnailToPut } from '../schemas/thumbnails.ts'
import { readBody } from './body.ts'
import type { RequestContext } from './operation.ts'

/** A thumbnail out of the body of a request: all of it for POST and PUT, what was given for PATCH. */
export async function thumbnailRecord(c: RequestContext, presence: 'whole' | 'partial'): Promise<ThumbnailRecord> {
  const { value } = await readBody(c)
  const types = await c.env.configurationTypes.knownWith(
    (value as { configuration_type?: unknown } | null)?.configuration_type,
  )
  const schema = thumbnailToPut(c.env.config.thumbnails.sizes, types)
  const checked = check(presence === 'whole' ? schema : schema.partial(), value) as Record<string, unknown>
  const versions = checked.version_set as NewVersion[] | undefined
  if (versions && versions.length !== 1)
    throw new ValidationError({ version_set: ['A thumbnail has exactly one version.'] })
  return {
    basename: checked.basename as string | undefined,
    size: checked.size as string | undefined,
    frameBasename: checked.frame_basename as string | undefined,
    metadata: metadataOf(checked),
    version: versions?.[0],
  }
}
