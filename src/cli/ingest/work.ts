import { crc32 } from 'node:zlib'
import { FitsError } from '../../fits/error.ts'
import type { Archive } from '../../ingest/deliver/archive.ts'
import { Changed, type DigestPlatform, digestOf } from '../../ingest/deliver/digest.ts'
import { passing } from '../../ingest/deliver/passing.ts'
import { Stopped } from '../../ingest/deliver/retry.ts'
import type { ProposalTags } from '../../ingest/deliver/tags.ts'
import { budget, gateOf } from '../../ingest/deliver/turns.ts'
import { describe } from '../../ingest/describe/describe.ts'
import { isIgnored, splitName } from '../../ingest/describe/names.ts'
import { observationEnd } from '../../ingest/describe/observation_end.ts'
import { recordJson } from '../../ingest/describe/record.ts'
import { BadFile, type Description, type Outcome, type Rules } from '../../ingest/describe/types.ts'
import type { Ingester } from '../../ingest/ingest.ts'
import { nodeMd5 } from '../../runtimes/node/md5.ts'
import { CommandError } from '../command.ts'
import { ingestFile } from './file.ts'
import type { GivenMetadata } from './metadata.ts'
import type { Row } from './report.ts'

/** What is done with each file. */
export type Work = (path: string, signal: AbortSignal) => Promise<Row>

export const digestPlatform: DigestPlatform = { md5: nodeMd5, crc32 }

/** Puts files into an archive. Throws CommandError when none can go in any more. */
export function ingesting(ingester: Ingester, metadata: GivenMetadata): Work {
  return async (path, signal) => {
    let size = 0
    const outcome = await withReasons(async () => {
      const file = await ingestFile(path)
      size = file.size
      return ingester.ingest(file, await metadata.of(path), signal)
    })
    const fatal = ingester.fatal()
    if (fatal) throw new CommandError(fatal.message)
    if (outcome.outcome === 'failed') outcome.reason = storeFault(outcome.reason)
    const { id = null, url = null, warnings = [], reason = null, header = null } = { ...NOTHING, ...outcome }
    const told = { file: path, outcome: outcome.outcome, id, url, reason, header, warnings }
    return {
      path,
      size,
      became: outcome.outcome,
      json: JSON.stringify(told),
      text: null,
      fault: outcome.outcome === 'refused' || outcome.outcome === 'failed' ? { header, reason: outcome.reason } : null,
      warnings: warnings.length,
    }
  }
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

/** Members of some outcomes that others have not. */
const NOTHING: {
  id?: number | null
  url?: string | null
  warnings?: string[]
  reason?: string
  header?: string | null
} = {}

/** Derives what the archive would be told, and sends nothing. */
export function rehearsing(rules: Rules, tags: ProposalTags, metadata: GivenMetadata): Work {
  const longHeaders = budget(1)
  return async (path, signal) => {
    const gate = gateOf(longHeaders, signal)
    let size = 0
    let json = ''
    let text: string | null = null
    const outcome = await withReasons(async () => {
      const file = await ingestFile(path)
      size = file.size
      if (isIgnored(splitName(file.filename).basename, rules.ignoredChars))
        return { outcome: 'ignored', reason: 'its name holds one of IGNORED_CHARS' }
      const description = await describe(file, await metadata.of(path), rules, tags, gate.enter)
      const { md5 } = await digestOf(file, digestPlatform)
      json = rehearsed(path, description, md5, rules.headerKeys.observationEndTime)
      text = tableLine(path, description)
      return { outcome: 'created', id: null, url: null, warnings: description.warnings }
    }).finally(gate.leave)
    if (outcome.outcome === 'created')
      return { path, size, became: 'fine', json, text, fault: null, warnings: outcome.warnings.length }
    if (outcome.outcome === 'ignored')
      return {
        path,
        size,
        became: 'ignored',
        json: JSON.stringify({ file: path, ignored: outcome.reason }),
        text: null,
        fault: null,
        warnings: 0,
      }
    const header = 'header' in outcome ? outcome.header : null
    const reason = reasonOf(outcome)
    const fault = outcome.outcome === 'stopped' ? null : { header, reason }
    const line = JSON.stringify({ file: path, error: reason, header })
    return { path, size, became: outcome.outcome, json: line, text: null, fault, warnings: 0 }
  }
}

const reasonOf = (outcome: Outcome): string =>
  'reason' in outcome ? outcome.reason : 'the run was stopped before it was read'

function rehearsed(path: string, { class: fileClass, ...d }: Description, md5: string, endKey: string): string {
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

/** Asks whether the archive has a file of this content. */
export function checking(archive: Pick<Archive, 'known'>): Work {
  return async (path) => {
    let size = 0
    let md5: string | null = null
    let id: number | null = null
    const outcome = await withReasons(async () => {
      const file = await ingestFile(path)
      size = file.size
      md5 = (await digestOf(file, digestPlatform)).md5
      const known = await archive.known(md5)
      id = known?.id ?? null
      return known
        ? { outcome: 'already_there', id, url: known.url, warnings: [] }
        : { outcome: 'refused', reason: 'not in the archive', header: null }
    })
    const there = outcome.outcome === 'already_there'
    const absent = md5 !== null && outcome.outcome === 'refused'
    const reason = there ? null : reasonOf(outcome)
    return {
      path,
      size,
      became: absent ? 'absent' : outcome.outcome,
      json: JSON.stringify({
        file: path,
        md5,
        there: there ? true : absent ? false : null,
        id,
        reason: absent ? null : reason,
      }),
      text: there ? `in the archive  ${path}` : absent ? `not there       ${path}` : null,
      fault: reason === null ? null : { header: null, reason },
      warnings: 0,
    }
  }
}

/** What a fault of reading a file or its metadata means for it. What is no fault of the file is thrown on. */
async function withReasons(work: () => Promise<Outcome>): Promise<Outcome> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof BadFile) return { outcome: 'refused', reason: error.message, header: error.header }
    if (error instanceof Stopped) return { outcome: 'stopped' }
    if (error instanceof FitsError) return { outcome: 'refused', reason: error.message, header: null }
    const reason = error instanceof Changed ? error.message : passing(error)?.reason
    if (reason === undefined) throw error
    return { outcome: 'failed', reason }
  }
}
