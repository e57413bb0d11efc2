import { crc32 } from 'node:zlib'
import type { Archive } from '../../ingest/deliver/archive.ts'
import { type DigestPlatform, digestOf } from '../../ingest/deliver/digest.ts'
import { budget, gateOf } from '../../ingest/deliver/waiting.ts'
import { describe } from '../../ingest/describe/describe.ts'
import type { Description, IngestFile, ProposalTags, Rules } from '../../ingest/describe/description.ts'
import { isIgnored, splitName } from '../../ingest/describe/file_name.ts'
import { observationEnd } from '../../ingest/describe/observation_end.ts'
import { recordJson } from '../../ingest/describe/record.ts'
import { type Ingester, outcomeOf } from '../../ingest/ingest.ts'
import { detailsOf, type FileOutcome } from '../../outcome.ts'
import { nodeMd5 } from '../../runtimes/node/md5.ts'
import { CommandError } from '../command.ts'
import { ingestFile } from './file.ts'
import type { GivenMetadata } from './metadata.ts'
import { type Reported, type Row, reportedJson } from './report.ts'

/** What is done with each file. */
export type Work = (path: string, signal: AbortSignal) => Promise<Row>

export const digestPlatform: DigestPlatform = { md5: nodeMd5, crc32 }

/** Puts files into an archive. Throws CommandError when none can go in any more. */
export function ingesting(ingester: Ingester, metadata: GivenMetadata): Work {
  return async (path, signal) => {
    const put = async (file: IngestFile) => {
      const outcome = await ingester.ingest(file, await metadata.of(path), signal)
      if (outcome.outcome === 'failed') outcome.reason = storeFault(outcome.reason)
      return { outcome }
    }
    const row = await rowOf(path, put, (outcome) => reportedJson(path, outcome))
    const fatal = ingester.fatal()
    if (fatal) throw new CommandError(fatal.message)
    return row
  }
}

/** Describes files as the archive would get them, and sends nothing. */
export function rehearsing(rules: Rules, tags: ProposalTags, metadata: GivenMetadata): Work {
  const longHeaders = budget(1)
  return (path, signal) => {
    const gate = gateOf(longHeaders, signal)
    const look = async (file: IngestFile) => {
      if (isIgnored(splitName(file.filename).basename, rules.ignoredChars))
        return { outcome: { outcome: 'ignored', reason: 'its name holds one of IGNORED_CHARS' } as const }
      const description = await describe(file, await metadata.of(path), rules, tags, gate.enter)
      const { md5 } = await digestOf(file, digestPlatform)
      const json = rehearsedJson(path, description, md5, rules.headerKeys.observationEndTime)
      const outcome: FileOutcome = { outcome: 'created', id: null, url: null, warnings: description.warnings }
      return { outcome, json, text: tableLine(path, description) }
    }
    return rowOf(path, look, (outcome) => {
      const { reason, header } = detailsOf(outcome)
      if (outcome.outcome === 'ignored') return { file: path, ignored: reason }
      return { file: path, error: reason ?? 'the run was stopped before it was read', header }
    }).finally(gate.leave)
  }
}

/** Asks whether the archive has a file of this content. */
export function checking(archive: Pick<Archive, 'known'>): Work {
  return (path) => {
    let md5: string | null = null
    const look = async (file: IngestFile) => {
      md5 = (await digestOf(file, digestPlatform)).md5
      const known = await archive.known(md5)
      const outcome: Reported = known
        ? { outcome: 'already_there', id: known.id, url: known.url, warnings: [] }
        : { outcome: 'absent', reason: 'not in the archive' }
      return { outcome, text: `${known ? 'in the archive ' : 'not there      '} ${path}` }
    }
    return rowOf(path, look, (outcome) => {
      const there = outcome.outcome === 'absent' ? false : outcome.outcome === 'already_there' ? true : null
      const { id, reason } = detailsOf(outcome)
      return { file: path, md5, there, id, reason: there === null ? reason : null }
    })
  }
}

/**
 * Looks at a file. A fault of the file, or of what is beside it, is its outcome; any other is
 * thrown.
 * @param jsonOf what is said of an outcome that has no `json` of its own
 */
async function rowOf(
  path: string,
  look: (file: IngestFile) => Promise<Pick<Row, 'outcome'> & Partial<Row>>,
  jsonOf: (outcome: Reported) => unknown,
): Promise<Row> {
  let size = 0
  const looked = async () => {
    const file = await ingestFile(path)
    size = file.size
    return look(file)
  }
  const row: Pick<Row, 'outcome'> & Partial<Row> = await looked().catch((error) => {
    const outcome = outcomeOf(error)
    if (!outcome) throw error
    return { outcome }
  })
  return { path, size, text: null, json: row.json ?? JSON.stringify(jsonOf(row.outcome)), ...row }
}

const STORE_FAULTS: Record<string, string> = {
  ENOSPC: 'its disk is full: make room and run the same again',
  EDQUOT: "this user's share of its disk is used up: make room and run the same again",
  EROFS: 'its disk can only be read',
  EACCES: 'this user may not write there: see FILESYSTEM_STORAGE_ROOT_DIR',
  EPERM: 'this user may not write there: see FILESYSTEM_STORAGE_ROOT_DIR',
  ENOTDIR: 'a part of the path is a file: see FILESYSTEM_STORAGE_ROOT_DIR',
  EEXIST: 'a part of the path is a file: see FILESYSTEM_STORAGE_ROOT_DIR',
  EFBIG: 'it takes no file as large as this',
  EIO: 'its disk fails: check the disk',
}

/** What the file system says of the local store, in words; faults of reading have them already. */
function storeFault(reason: string): string {
  const code = /^(E[A-Z]+): /.exec(reason)?.[1] ?? ''
  return Object.hasOwn(STORE_FAULTS, code)
    ? `the file store cannot be written to: ${STORE_FAULTS[code]} (${code})`
    : reason
}

function rehearsedJson(path: string, { class: fileClass, ...d }: Description, md5: string, endKey: string): string {
  const head = JSON.stringify({
    file: path,
    class: fileClass,
    path: d.path,
    content_type: d.contentType,
    md5,
    extension: d.extension,
    observation_end: observationEnd(d.record, endKey),
  })
  return `${head.slice(0, -1)},"record":${recordJson(d.record)},"warnings":${JSON.stringify(d.warnings)}}`
}

const COLUMNS: [string, number, (d: Description) => unknown][] = [
  ['TYPE', 12, (d) => d.record.configuration_type],
  ['DATE', 23, (d) => d.record.observation_date],
  ['PROPOSAL', 20, (d) => d.record.proposal_id],
  ['PUBLIC FROM', 26, (d) => d.record.public_date],
  ['AREA', 4, (d) => (d.record.area ? 'yes' : 'no')],
  ['PATH IN THE STORE', 0, (d) => d.path],
]

/** The heading of the table that a rehearsal prints. */
export const tableHead = [...COLUMNS.map(([title, width]) => title.padEnd(width)), 'FILE'].join('  ')

function tableLine(path: string, description: Description): string {
  const cells = COLUMNS.map(([, width, value]) => String(value(description) ?? '').padEnd(width))
  return [...cells, path].join('  ')
}
