import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { StoreAway } from '../../files/verification/check.ts'
import { type Copies, copiesInBucket, copiesInDirectory } from '../../files/verification/copies.ts'
import { presenceOf } from '../../files/verification/presence.ts'
import { type Outcome, repairFile } from '../../files/verification/repair.ts'
import { contentTypeOf } from '../../ingest/describe/file_classes.ts'
import { type KeptFinding, listFindings, pruneFindings } from '../../queries/verifications/findings.ts'
import type { FindingKind } from '../../queries/verifications/kinds.ts'
import { openDirectory } from '../../runtimes/node/directory.ts'
import { escapeForTerminal } from '../../runtimes/node/escape_for_terminal.ts'
import { storeModes } from '../../runtimes/node/private_files.ts'
import { openStore } from '../../runtimes/node/server.ts'
import type { Services } from '../../services.ts'
import { CommandError, UsageError } from '../command.ts'
import { describeFinding } from '../findings.ts'
import { describeFault } from '../reading.ts'
import { stopSignal } from '../stop_signal.ts'
import type { BucketCopies } from './bucket_copies.ts'
import { openArchiveFiles, printJson } from './open_store.ts'
import { todoOf } from './todo.ts'

interface Options {
  from: string | BucketCopies | null
  records: boolean
  basenames: string[] | null
  paths: boolean
  json: boolean
}

const DAMAGE: FindingKind[] = ['missing', 'size', 'md5', 'crc32']

/** Lists the open findings of the configured archive, or repairs what can be repaired; the exit code. */
export async function runRepair({ from, records, basenames, paths, json }: Options): Promise<number> {
  if (typeof from === 'string' && !(await stat(from).catch(() => null))?.isDirectory())
    throw new UsageError(`--from: ${from} is no directory`)
  const services = await openArchiveFiles()
  const signal = stopSignal()
  let closeCopies = () => {}
  try {
    await pruneFindings(services.writer)
    const all = await listFindings(services.writer, [...DAMAGE, 'unreadable'])
    const findings = all.filter(({ basename }) => basenames === null || basenames.includes(basename))
    if (paths) {
      const damaged = findings.filter(({ kind }) => DAMAGE.includes(kind))
      for (const path of new Set(damaged.map((finding) => finding.path))) process.stdout.write(`${path}\n`)
      return damaged.length ? 1 : 0
    }
    if (from === null && !records) return listAll(services, findings, json)
    const opened = await openCopies(services, from)
    closeCopies = opened.close
    const { classOverrides } = services.config.files
    const typeOf = (extension: string) => contentTypeOf(extension, classOverrides)
    const presence = presenceOf(services)
    const repairing = { ...services, copies: opened.copies, records, contentTypeOf: typeOf, presence, signal }
    const counts = { repaired: 0, well: 0, left: 0 }
    for (const finding of findings) {
      if (signal.aborted) break
      const outcome = await repairFile(repairing, finding)
      counts[outcome.kind]++
      tellOutcome(finding, outcome, json)
    }
    const open = findings.length - counts.repaired - counts.well
    if (json) printJson('summary', { ...counts, open })
    else
      process.stdout.write(
        `${counts.repaired} repaired, ${counts.well} well already, ${open} open${signal.aborted ? '; stopped' : ''}.\n`,
      )
    return open ? 1 : 0
  } catch (error) {
    if (error instanceof StoreAway) throw new CommandError(`${describeFault(error.cause)}: nothing more was repaired`)
    throw error
  } finally {
    closeCopies()
    await services.close()
  }
}

function tellOutcome(finding: KeptFinding, outcome: Outcome, json: boolean): void {
  const { kind, detail } = outcome
  if (json) printJson('finding', { ...finding, outcome: kind, detail })
  else
    process.stdout.write(
      `${escapeForTerminal(`${finding.path}: ${kind === 'left' ? 'not repaired' : kind}: ${detail}`)}\n`,
    )
}

function listAll({ store, config }: Services, findings: readonly KeptFinding[], json: boolean): number {
  for (const finding of findings) {
    const todo = todoOf(finding, store.kind, config.s3)
    if (json) printJson('finding', { ...finding, todo })
    else
      process.stdout.write(
        `${[describeFinding(finding), ...todo.map((line) => `    ${escapeForTerminal(line)}`)].join('\n')}\n`,
      )
  }
  if (json) printJson('summary', { open: findings.length })
  else
    process.stdout.write(`${findings.length || 'No'} ${findings.length === 1 ? 'finding is' : 'findings are'} open.\n`)
  return findings.length ? 1 : 0
}

async function openCopies(
  { config, log }: Services,
  from: string | BucketCopies | null,
): Promise<{ copies: Copies | null; close(): void }> {
  if (from === null) return { copies: null, close() {} }
  if (typeof from === 'string') {
    const root = resolve(from)
    return { copies: copiesInDirectory(openDirectory(root, storeModes(config)), root), close() {} }
  }
  const { bucket, prefix } = from
  const files = { ...config.files, kind: 's3' as const }
  const store = await openStore({ ...config, files, s3: { ...config.s3, bucket } }, log)
  return { copies: copiesInBucket(store, bucket, prefix), close: () => store.close?.() }
}
