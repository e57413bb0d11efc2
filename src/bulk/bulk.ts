import { inTransaction, isRace, Raced } from '../database/races.ts'
import type { Sql } from '../database/sql.ts'
import { ArchiveError, databaseFault, ValidationError } from '../errors.ts'
import { logFault } from '../log.ts'
import type { Outcome } from '../outcome.ts'
import type { FrameRow } from '../queries/frames/columns.ts'
import { createFrames } from '../queries/frames/create.ts'
import { readAllWritten } from '../queries/frames/written.ts'
import { parseJson } from '../schemas/check.ts'
import type { NamedRecord } from '../schemas/frame_record.ts'
import type { Services } from '../services.ts'
import { tally } from '../tally.ts'
import { showWrittenFrame } from '../views/frame.ts'
import type { Line } from './lines.ts'

export type BulkServices = Pick<
  Services,
  'writer' | 'store' | 'events' | 'configurationTypes' | 'log' | 'databaseOutage'
>

/** `url` and `filename` are absent while there is no file; `version_set` is newest first. */
type Frame = Pick<ReturnType<typeof showWrittenFrame>, 'basename' | 'id' | 'filename' | 'url' | 'version_set'>
/** `basename` is null where it could not be read; `errors` in the words of a single POST. */
interface Refusal {
  basename: string | null
  status: number
  errors: unknown
}

export type BulkOutcome = Outcome<Frame, Refusal>
/** A record that can be written, or the refusal of one that cannot. */
export type Prepared = NamedRecord | BulkOutcome

/** Reads and checks the lines of a batch, each what POST /frames/ takes; writes nothing. */
export async function prepareLines(
  { configurationTypes }: Pick<BulkServices, 'configurationTypes'>,
  lines: readonly Line[],
): Promise<Prepared[]> {
  const values = lines.map(parsedLine)
  const asked = values.map((value) => (value as { configuration_type?: unknown } | null)?.configuration_type)
  const known = await configurationTypes.known()
  const unknown = asked.find((type) => typeof type === 'string' && !known.includes(type))
  const types = unknown === undefined ? known : await configurationTypes.knownWith(unknown)
  const { readFrame } = await import('../schemas/frame_record.ts')
  return values.map((value, i) => {
    try {
      if (value instanceof ArchiveError) throw value
      return readFrame(value, (lines[i] as { json: string }).json, types)
    } catch (error) {
      if (!(error instanceof ArchiveError)) throw error
      return notWritten('refused', nameIn(value), error)
    }
  })
}

/** The value of a line, or the error that a single POST of it would be answered with. */
function parsedLine(line: Line): unknown {
  if ('error' in line) return line.error
  try {
    return parseJson(line.json)
  } catch (error) {
    return error
  }
}

function nameIn(value: unknown): string | null {
  const name = (value as { basename?: unknown } | null)?.basename
  return typeof name === 'string' ? name.slice(0, 1000) : null
}

const notWritten = (
  outcome: 'refused' | 'failed',
  basename: string | null,
  { status, body }: ArchiveError,
): BulkOutcome => ({ basename, outcome, status, errors: body })

/**
 * Writes what was prepared; answers what became of each record, in order. Records that have nothing
 * to do with each other go into one transaction with a constant number of statements; one that
 * shares a basename, a key or an MD5 with one before sees what became of it.
 * @param base the archive's own base URL, for the addresses of files that it serves itself
 */
export async function writeRecords(
  services: BulkServices,
  prepared: readonly Prepared[],
  base: string,
): Promise<BulkOutcome[]> {
  const outcomes = new Map<Prepared, BulkOutcome>()
  for (const run of runsOf(prepared.filter((p): p is NamedRecord => !('outcome' in p)))) {
    const results = await writeRun(services, run, base)
    for (const [i, record] of run.entries()) outcomes.set(record, results[i]!)
  }
  services.events?.wake()
  const all = prepared.map((p) => ('outcome' in p ? p : outcomes.get(p)!))
  for (const { outcome } of all) tally.records.bulk[outcome]++
  return all
}

/**
 * Cuts records, in their order, into runs of which none holds a basename, a key or an MD5 twice.
 */
function runsOf(records: readonly NamedRecord[]): NamedRecord[][] {
  const runs: NamedRecord[][] = []
  let seen = new Set<string>()
  for (const record of records) {
    const marks = [
      `name ${record.basename}`,
      ...record.versions.flatMap(({ key, md5 }) => [`key ${key}`, `md5 ${md5}`]),
    ]
    if (runs.length === 0 || marks.some((mark) => seen.has(mark))) {
      runs.push([])
      seen = new Set()
    }
    runs.at(-1)!.push(record)
    for (const mark of marks) seen.add(mark)
  }
  return runs
}

/**
 * One transaction. When something in it cannot be stored each half is tried by itself, until the
 * record that is to blame is alone.
 */
async function writeRun(services: BulkServices, records: readonly NamedRecord[], base: string): Promise<BulkOutcome[]> {
  let results: Awaited<ReturnType<typeof putAndRead>>
  try {
    results = await inTransaction(services.writer, (tx) => putAndRead(tx, records, services.events !== null))
  } catch (error) {
    const answer = answerTo(error, services)
    if (answer.status !== 400) return records.map(({ basename }) => notWritten('failed', basename, answer))
    if (records.length === 1) return [notWritten('refused', records[0]!.basename, answer)]
    const half = Math.ceil(records.length / 2)
    const first = await writeRun(services, records.slice(0, half), base)
    return [...first, ...(await writeRun(services, records.slice(half), base))]
  }
  return results.map((result, i): BulkOutcome => {
    const { basename } = records[i]!
    if (!('row' in result)) return { basename, outcome: result.outcome, status: 400, errors: result.errors }
    const { id, filename, url, version_set } = showWrittenFrame(result.row, { store: services.store, base })
    return { basename, outcome: result.outcome, id, filename, url, version_set }
  })
}

async function putAndRead(
  tx: Sql,
  records: readonly NamedRecord[],
  announced: boolean,
): Promise<Outcome<{ row: FrameRow }, { errors: unknown }>[]> {
  const results = await createFrames(tx, records, { announced, repeated: 'reported' })
  const ids = results.flatMap((result) => ('id' in result ? [result.id] : []))
  const rows = await readAllWritten(tx, ids, { related: false, thumbnails: false })
  return results.map((result) => {
    if (!('id' in result)) return result
    const row = rows.get(result.id)
    // its frame was deleted since it was looked at
    if (row === undefined) throw new Raced('frame')
    return { outcome: result.outcome, row }
  })
}

/**
 * The answer to a transaction that failed: 400 for what will fail again, otherwise that of a single
 * POST.
 */
function answerTo(error: unknown, { log, databaseOutage }: BulkServices): ArchiveError {
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
