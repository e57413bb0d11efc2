import { inTransaction, isRace, Raced } from '../database/races.ts'
import type { Sql } from '../database/sql.ts'
import { ArchiveError, databaseFault, ValidationError } from '../errors.ts'
import { logFault } from '../log.ts'
import type { FrameRow } from '../queries/frames/columns.ts'
import { createFrames, type PutResult } from '../queries/frames/create.ts'
import { readAllWritten } from '../queries/frames/written.ts'
import { check, parseJson } from '../schemas/check.ts'
import { type NamedRecord, recordOf } from '../schemas/frame_record.ts'
import { frameToPut } from '../schemas/frames.ts'
import type { Services } from '../services.ts'
import { showWrittenFrame } from '../views/frame.ts'
import { runsOf } from './runs.ts'

export type BulkServices = Pick<
  Services,
  'writer' | 'store' | 'events' | 'configurationTypes' | 'log' | 'databaseOutage'
>

/** What became of a record. */
export type BulkOutcome =
  | {
      basename: string
      /**
       * `created`: the frame is new, or was a placeholder. `new_version`: it got a version. `updated`: the record had no version, and the
       * frame was there. `already_there`: the frame has all the versions, under the keys of `version_set`; nothing was written.
       */
      outcome: 'created' | 'new_version' | 'updated' | 'already_there'
      id: number
      /** Absent while there is no file. */
      filename?: string
      /** Absent while there is no file. */
      url?: string
      /** All versions of the frame, newest first. */
      version_set: ReturnType<typeof showWrittenFrame>['version_set']
    }
  /** For good: the same record will be refused again. `basename` is null where it could not be read. */
  | { basename: string | null; outcome: 'refused'; status: number; errors: unknown }
  /** For now: nothing is known of it, and it may be sent again. */
  | { basename: string; outcome: 'failed'; status: number; errors: unknown }

export type Prepared = NamedRecord | Extract<BulkOutcome, { outcome: 'refused' }>

/**
 * Writes a batch of frames and answers what became of each, in order; never throws. Records that have nothing to do with each other go into
 * one transaction with a constant number of statements; one that shares a basename, a key or an MD5 with one before sees what became of it.
 * @param records what POST /frames/ takes, each as JSON text; some hundreds at a time
 * @param base the archive's own base URL, for the addresses of files that it serves itself
 */
export async function putRecords(
  services: BulkServices,
  records: readonly { json: string }[],
  base = '',
): Promise<BulkOutcome[]> {
  return writeRecords(services, await prepareRecords(services, records), base)
}

/** Reads and checks the records of a batch; writes nothing. */
export async function prepareRecords(
  { configurationTypes }: Pick<BulkServices, 'configurationTypes'>,
  records: readonly { json: string }[],
): Promise<Prepared[]> {
  const values = records.map(({ json }) => parsed(json))
  const asked = values.map((value) => (value as { configuration_type?: unknown } | null)?.configuration_type)
  const known = await configurationTypes.known()
  const unknown = asked.find((type) => typeof type === 'string' && !known.includes(type))
  const schema = frameToPut(unknown === undefined ? known : await configurationTypes.knownWith(unknown))
  return values.map((value, i) => {
    try {
      if (value instanceof ArchiveError) throw value
      return recordOf(check(schema, value), records[i]!.json) as NamedRecord
    } catch (error) {
      return refusal(nameIn(value), error)
    }
  })
}

function parsed(json: string): unknown {
  try {
    return parseJson(json)
  } catch (error) {
    return error
  }
}

function nameIn(value: unknown): string | null {
  const name = (value as { basename?: unknown } | null)?.basename
  return typeof name === 'string' ? name.slice(0, 1000) : null
}

/** A record that is refused, by the error that a single POST would be answered with. */
export function refusal(basename: string | null, error: unknown): Extract<BulkOutcome, { outcome: 'refused' }> {
  if (!(error instanceof ArchiveError)) throw error
  return { basename, outcome: 'refused', status: error.status, errors: error.body }
}

/** Writes what was prepared; answers what became of each record, in order; never throws. */
export async function writeRecords(
  services: BulkServices,
  prepared: readonly Prepared[],
  base: string,
): Promise<BulkOutcome[]> {
  const outcomes = new Map<Prepared, BulkOutcome>()
  for (const run of runsOf(prepared.filter((p): p is NamedRecord => !('outcome' in p)))) {
    const results = await writeRun(services, run)
    for (const [i, record] of run.entries()) outcomes.set(record, outcomeOf(record, results[i]!, services, base))
  }
  services.events?.wake()
  return prepared.map((p) => ('outcome' in p ? p : outcomes.get(p)!))
}

type Result =
  | Extract<PutResult, { outcome: 'refused' }>
  | { outcome: Exclude<PutResult['outcome'], 'refused'>; row: FrameRow }
  | { outcome: 'failed'; status: number; errors: unknown }

/** One transaction. When something in it cannot be stored each half is tried by itself, until the record that is to blame is alone. */
async function writeRun(services: BulkServices, records: readonly NamedRecord[]): Promise<Result[]> {
  try {
    return await inTransaction(services.writer, (tx) => putAndRead(tx, records, services.events !== null))
  } catch (error) {
    const told = toldOf(error, services)
    if (told.status !== 400) return records.map(() => ({ outcome: 'failed', status: told.status, errors: told.body }))
    if (records.length === 1) return [{ outcome: 'refused', errors: told.body }]
    const half = Math.ceil(records.length / 2)
    const first = await writeRun(services, records.slice(0, half))
    return [...first, ...(await writeRun(services, records.slice(half)))]
  }
}

async function putAndRead(tx: Sql, records: readonly NamedRecord[], announced: boolean): Promise<Result[]> {
  const results = await createFrames(tx, records, { announced, repeated: 'told' })
  const ids = results.flatMap((r) => (r.outcome === 'refused' ? [] : [r.id]))
  const rows = await readAllWritten(tx, ids, { related: false, thumbnails: false })
  return results.map((result) => {
    if (result.outcome === 'refused') return result
    const row = rows.get(result.id)
    // its frame was deleted since it was looked at
    if (row === undefined) throw new Raced('frame')
    return { outcome: result.outcome, row }
  })
}

/** What a client is told of a transaction that failed: 400 for what will fail again, otherwise what a single POST would be told. */
function toldOf(error: unknown, { log, databaseOutage }: BulkServices): ArchiveError {
  if (error instanceof ValidationError) return error
  const fault = databaseFault(error)
  if (fault === null && !isRace(error)) {
    log.error('a batch of frames failed', { error: (error as Error).stack ?? String(error) })
    return new ArchiveError('internal')
  }
  if (fault) logFault(fault, log, databaseOutage)
  else log.warn('writers of the same frames kept each other waiting')
  return new ArchiveError(fault?.code ?? 'write_conflict')
}

function outcomeOf(record: NamedRecord, result: Result, { store }: BulkServices, base: string): BulkOutcome {
  const { basename } = record
  if (result.outcome === 'refused') return { basename, outcome: 'refused', status: 400, errors: result.errors }
  if (result.outcome === 'failed') return { basename, ...result }
  const { id, filename, url, version_set } = showWrittenFrame(result.row, { store, base })
  return {
    basename,
    outcome: result.outcome,
    id,
    ...(filename === undefined ? {} : { filename }),
    ...(url === undefined ? {} : { url }),
    version_set,
  }
}
