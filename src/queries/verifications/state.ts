import { query, rows, type Sql } from '../../database/sql.ts'
import type { FilesOf, FindingKind, Reading } from './kinds.ts'

/** Files and bytes that `platestack verify` has read in some time. */
export interface Amount {
  files: number
  bytes: number
}

/** How much has been read: whole files, and (`quick`) files that the store was only asked for, of 0 bytes. */
export type Amounts = Record<Reading, { day: Amount; week: Amount; ever: Amount }>

/** How far versions, or thumbnails, have been verified. */
export interface VerificationProgress {
  /** About which share has never been read, 0 to 1; null: there are none. */
  unread: number | null
  /** When those were read to the end that were read longest ago, in seconds since 1970; null: none was yet. */
  oldest: number | null
  /** Open findings by kind, up to MOST_FINDINGS in all; those of deleted frames are not counted. */
  findings: Partial<Record<FindingKind, number>>
}

export interface VerificationState {
  read: Amounts
  versions: VerificationProgress
  thumbnails: VerificationProgress
}

/** Findings are counted up to here: a count that reaches it means "at least". */
export const MOST_FINDINGS = 10_000

interface AmountRow {
  reading: Reading
  day_files: number | null
  day_bytes: number | null
  week_files: number | null
  week_bytes: number | null
  files: number | null
  bytes: number | null
}

/** What metrics and status say of the verification of stored files: some lookups, whatever their number. */
export async function readVerifications(sql: Sql): Promise<VerificationState> {
  const [progress, amounts] = await Promise.all([
    rows<VerificationProgress & { files: FilesOf }>(
      query(sql, 'verifications/state.progress', { most: MOST_FINDINGS }),
    ),
    rows<AmountRow>(query(sql, 'verifications/state.amounts', {})),
  ])
  const progressOf = (files: FilesOf): VerificationProgress => {
    const { unread, oldest, findings } = progress.find((row) => row.files === files)!
    return { unread, oldest, findings }
  }
  const amountsOf = (reading: Reading) => {
    const row = amounts.find((amount) => amount.reading === reading)
    return {
      day: { files: row?.day_files ?? 0, bytes: row?.day_bytes ?? 0 },
      week: { files: row?.week_files ?? 0, bytes: row?.week_bytes ?? 0 },
      ever: { files: row?.files ?? 0, bytes: row?.bytes ?? 0 },
    }
  }
  return {
    read: { whole: amountsOf('whole'), quick: amountsOf('quick') },
    versions: progressOf('versions'),
    thumbnails: progressOf('thumbnails'),
  }
}
