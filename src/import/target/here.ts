import type { BulkOutcome } from '../../../clients/typescript/records.ts'
import { type BulkServices, type BulkOutcome as Written, writeRecords } from '../../bulk/bulk.ts'
import { ArchiveError, databaseFault } from '../../errors.ts'
import { type Answer, answerOf } from '../../ingest/deliver/answers.ts'
import type { Archive } from '../../ingest/deliver/archive.ts'
import { type BatchLimits, batched, RECORDS } from '../../ingest/deliver/batches.ts'
import { Unavailable } from '../../ingest/deliver/faults.ts'
import type { FrameRow } from '../../queries/frames/columns.ts'
import { findFramesNamed, findImportDetails } from '../../queries/import/here.ts'
import { METADATA_FIELDS } from '../../schemas/columns.ts'
import type { NamedRecord } from '../../schemas/frame_record.ts'
import { showWrittenFrame } from '../../views/frame.ts'
import type { ImportRecord } from '../record.ts'
import type { SourceFrame } from '../source.ts'
import { readFrame as readShown } from '../wire.ts'
import type { DetailsHere, FrameHere, Notes, Target } from './target.ts'

/** Stands for a day that is missing while a record is checked: a new frame has to have one, an old one need not. */
const SOME_DAY = '2000-01-01'

/** Frames of a batch are compared at once: a question each would take all connections. */
const DETAILS: BatchLimits = { most: 500, characters: Number.POSITIVE_INFINITY, parallel: 2, waitMs: 5 }

/**
 * The configured database. Records are written in the batches of `POST /frames/bulk/`, with what that
 * does not take: the times of versions, days that are missing, configuration types of former years.
 */
export function targetHere(services: BulkServices, archive: Archive, notes: Notes, walk: Target['walk']): Target {
  const { writer, store } = services
  const links = { store, base: '' }
  const typesOf = typeLists()

  async function check({ frame, versions, json }: ImportRecord): Promise<NamedRecord> {
    const { readFrame } = await import('../../schemas/frame_record.ts')
    const { observation_day, configuration_type } = frame.columns
    const value = JSON.parse(json) as Record<string, unknown>
    const record = readFrame(
      { ...value, observation_day: observation_day ?? SOME_DAY },
      json,
      typesOf(configuration_type),
    )
    const { metadata } = record
    // as the source has them: blanks at the ends are part of a value
    for (const name of METADATA_FIELDS) {
      const given = frame.columns[name]
      if (typeof given === 'string' && typeof metadata[name] === 'string' && given.trim() === metadata[name])
        metadata[name] = given
    }
    if ((observation_day ?? null) === null) metadata.observation_day = null
    return { ...record, basename: frame.basename, versions }
  }

  async function send(records: ImportRecord[]): Promise<(Answer | Error)[]> {
    const prepared = await Promise.all(
      records.map((record) =>
        check(record).catch((error): Written => {
          if (!(error instanceof ArchiveError)) throw error
          const { basename } = record.frame
          return { basename, outcome: 'refused', status: error.status, errors: error.body }
        }),
      ),
    )
    const outcomes = await writeRecords(services, prepared, '')
    return outcomes.map((outcome, i) => {
      const { key = '', md5 = '' } = records[i]!.versions.at(-1) ?? {}
      return answerOf({ line: i, ...outcome } as BulkOutcome, { key, md5, json: '' })
    })
  }

  async function detailsOf(ids: number[]): Promise<DetailsHere[]> {
    const found = await passing(findImportDetails(writer, ids))
    const byId = new Map(found.map((details) => [details.id, details]))
    // one that has gone meanwhile has nothing
    return ids.map((id) => byId.get(id) ?? { headers: '{}', related: [] })
  }

  return {
    name: archive.name,
    keepsTimes: true,
    archive,
    notes,
    walk,
    async find(frames) {
      const names = frames.map(({ basename }) => basename)
      const rows = await passing(findFramesNamed(writer, names))
      return new Map(rows.map((row) => [row.basename, shown(row)]))
    },
    details: batched(DETAILS, () => 1, detailsOf),
    put: batched<ImportRecord, Answer>(RECORDS, ({ json }) => json.length, send),
  }

  /** A row as the API shows it. */
  function shown(row: FrameRow): FrameHere {
    const frame = JSON.parse(JSON.stringify(showWrittenFrame(row, links)))
    const thumbnails = (row.thumbnails ?? []).map(([, size, basename, extension, key]) => ({
      size,
      basename,
      extension,
      key,
    }))
    return readShown({ ...frame, thumbnails }) as SourceFrame
  }
}

/** What the database's driver throws while it is away, as what may pass. */
async function passing<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    const fault = databaseFault(error)
    if (fault === null) throw error
    throw new Unavailable(`${fault.problem}${fault.outage === 'no' ? `: ${(error as Error).message}` : ''}`)
  }
}

/** Lists of all types that came so far: the same array until there is another, as the schemas want it. */
function typeLists(): (type: unknown) => readonly string[] {
  let all: string[] = []
  return (type) => {
    if (typeof type === 'string' && !all.includes(type)) all = [...all, type]
    return all
  }
}
