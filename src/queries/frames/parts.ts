import { isPostgresError } from '../../database/faults.ts'
import { Raced } from '../../database/races.ts'
import { type Fragment, query, row, type Sql } from '../../database/sql.ts'
import { ValidationError } from '../../errors.ts'
import type { FrameRecord, NewVersion } from '../../schemas/frame_record.ts'
import { addVersions } from '../versions/add.ts'

/** What a record adds to its frame: of its versions those that are not there yet. */
export interface Added {
  id: number
  record: FrameRecord
  versions: readonly NewVersion[]
}

/**
 * Writes versions, headers and relations, and announces the frames that got a version.
 * @throws Raced when a related frame has gone since it was looked at
 */
export async function writeParts(tx: Sql, added: readonly Added[], announced: boolean): Promise<void> {
  await addVersions(
    tx,
    added.flatMap(({ id, versions }) => versions.map((v, place) => ({ ...v, frame_id: id, place }))),
  )
  const headed = added.filter(({ record }) => record.headers !== undefined)
  if (headed.length) {
    const headers = jsonArray(headed.map(({ record }) => record.headers!))
    await storable('headers', query(tx, 'frames/put_headers', { ids: idsOf(headed), headers }))
  }
  const links = added.flatMap(({ id, record }) => record.relatedNames.map((name) => ({ id, name })))
  if (links.length) {
    const names = links.map(({ name }) => name)
    const related = await row<{ missing: number }>(query(tx, 'frames/relate', { ids: idsOf(links), names }))
    if (related!.missing) throw new Raced('frame')
  }
  const news = announced ? added.filter(({ versions }) => versions.length) : []
  if (news.length) {
    const versions = jsonArray(news.map(({ record }) => record.versionsSent ?? 'null'))
    await storable('version_set', query(tx, 'frames/announce', { ids: idsOf(news), versions }))
  }
}

const idsOf = (items: readonly { id: number }[]): number[] => items.map(({ id }) => id)
const jsonArray = (texts: readonly string[]): string => `[${texts.join(',')}]`

/** JSON that jsonb cannot hold: U+0000, half a surrogate pair, beyond `numeric`, beyond 256 MB. */
const NOT_STORABLE = new Set(['22P05', '22P02', '22003', '54000', '54001'])

/** What the database cannot hold is a refusal of the field that it came in. */
async function storable(field: string, pending: Fragment): Promise<void> {
  try {
    await pending
  } catch (error) {
    if (!(isPostgresError(error) && NOT_STORABLE.has(error.code))) throw error
    throw new ValidationError({
      [field]: [
        'The database cannot hold this: it has a null character, half a surrogate pair, or a number out of range.',
      ],
    })
  }
}
