import { type BulkServices, putRecords } from '../../bulk/bulk.ts'
import { inTransaction } from '../../database/races.ts'
import { ValidationError } from '../../errors.ts'
import { createThumbnail } from '../../queries/thumbnails/create.ts'
import { getThumbnailKey } from '../../queries/thumbnails/get.ts'
import { findOwners } from '../../queries/versions/known.ts'
import { listVersionsOfFrame } from '../../queries/versions/of_frame.ts'
import { check, parseJson } from '../../schemas/check.ts'
import { type ThumbnailRecord, thumbnailRecordOf } from '../../schemas/frame_record.ts'
import { thumbnailToPut } from '../../schemas/thumbnails.ts'
import type { Services } from '../../services.ts'
import { replacedFile } from '../../views/thumbnail.ts'
import { answerOf, refusal } from './answers.ts'
import type { Answer, Archive, KnownVersion, Sent } from './archive.ts'
import { batched, LOOKS, RECORDS } from './batch.ts'

type DirectServices = BulkServices & Pick<Services, 'config' | 'removals'>

/** The configured database itself, without an archive's HTTP API between. It has to be migrated. */
export function directArchive(services: DirectServices): Archive {
  const { writer } = services
  const known = batched<string, { version: KnownVersion | null }>(
    LOOKS,
    () => 1,
    async (md5s) => {
      const rows = new Map((await findOwners(writer, md5s)).map((row) => [row.md5, row]))
      return md5s.map((md5) => {
        const row = rows.get(md5)
        return { version: row ? { key: row.key, id: row.frame_id, url: null, filename: row.filename } : null }
      })
    },
  )
  return {
    name: 'the database',
    known: async (md5) => (await known(md5)).version,
    versionsOf: (basename) => listVersionsOfFrame(writer, basename),
    thumbnail: (basename) => getThumbnailKey(writer, basename),
    put: batched<Sent, Answer>(
      RECORDS,
      ({ json }) => json.length,
      async (records) => (await putRecords(services, records)).map((outcome, i) => answerOf(outcome, records[i]!)),
    ),
    putThumbnail: (json) => putThumbnail(services, json),
    removeLater: async (file) => void (await services.removals.note(writer, [file])),
  }
}

/** As POST /thumbnails/ does it. */
async function putThumbnail(
  { writer, config, configurationTypes, removals }: DirectServices,
  json: string,
): Promise<Answer> {
  try {
    const value = parseJson(json) as { configuration_type?: unknown }
    const types = await configurationTypes.knownWith(value.configuration_type)
    const record = thumbnailRecordOf(check(thumbnailToPut(config.thumbnails.sizes, types), value))
    const { id, noted } = await inTransaction(writer, async (tx) => {
      const { before, after } = await createThumbnail(tx, record as Required<ThumbnailRecord>)
      return { id: after.thumbnail_id, noted: await removals.note(tx, replacedFile(before, after)) }
    })
    await removals.remove(noted)
    return { outcome: 'created', id, url: null }
  } catch (error) {
    if (error instanceof ValidationError) return refusal(error.body)
    throw error
  }
}
