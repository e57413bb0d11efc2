import { query, row, type Sql } from '../../database/sql.ts'
import type { FilesOf, Reading } from './kinds.ts'

/** Ids whose files one process verifies, both ends counted. */
export interface Span {
  files: FilesOf
  first_id: number
  last_id: number
  /** Where to go on. */
  next_id: number
}

/** Who claims spans, and for which reading. */
export interface Claimant {
  /** A name that no other process has. */
  claimant: string
  reading: Reading
}

/**
 * How many files are in a span: enough for few rows, few enough for processes to share an archive
 * of some thousand.
 */
const SPAN = 256

const returned = (sql: Sql) => query(sql, 'verifications/spans.returned', {})

/** The database's time, in seconds since 1970. */
export const readClock = async (sql: Sql): Promise<number> =>
  (await row<{ now: number }>(query(sql, 'verifications/spans.clock', {})))!.now

/**
 * The next span, claimed: never verified ones first, versions before thumbnails, then the one that
 * was verified longest ago.
 * @param before spans that were verified since then are left alone, in seconds since 1970
 * @returns undefined: there is none that nobody else is at
 */
export async function claimSpan(sql: Sql, { claimant, reading }: Claimant, before: number): Promise<Span | undefined> {
  for (const files of ['versions', 'thumbnails'] as const) {
    const slots = { files, reading, claimant, returned: returned(sql) }
    const begun = await row<Span>(query(sql, 'verifications/spans.claim_begun', slots))
    if (begun) return begun
    // another process may add the same span in that moment
    for (let tries = 0; tries < 3; tries++) {
      const ids = query(sql, `verifications/spans.ids_of_${files}`, { limit: SPAN })
      const added = await row<Span>(query(sql, 'verifications/spans.add', { ...slots, returned: returned(sql), ids }))
      if (added) return added
    }
  }
  const oldest = await row<{ files: FilesOf }>(query(sql, 'verifications/spans.oldest', { reading, before }))
  if (!oldest) return undefined
  const slots = { files: oldest.files, reading, claimant, before, returned: returned(sql) }
  return (
    (await row<Span>(query(sql, 'verifications/spans.claim_oldest', slots))) ??
    // another process was quicker
    claimSpan(sql, { claimant, reading }, before)
  )
}

const place = ({ claimant, reading }: Claimant, { files, first_id: first }: Span) => ({
  claimant,
  reading,
  files,
  first,
})

/** Keeps the claim, and how far the span is; false: another process has taken it. */
export const keepSpan = async (sql: Sql, who: Claimant, span: Span, next: number): Promise<boolean> =>
  (await row(query(sql, 'verifications/spans.keep', { ...place(who, span), next }))) !== undefined

/** Leaves a span to whoever comes next, who goes on at `next`. */
export async function releaseSpan(sql: Sql, who: Claimant, span: Span, next: number): Promise<void> {
  await query(sql, 'verifications/spans.release', { ...place(who, span), next })
}

/** The span was read to its end. */
export async function finishSpan(sql: Sql, who: Claimant, span: Span): Promise<void> {
  await query(sql, 'verifications/spans.finish', place(who, span))
}

/** How many spans other processes are reading. */
export const countBusy = async (sql: Sql, { claimant, reading }: Claimant): Promise<number> =>
  (await row<{ spans: number }>(query(sql, 'verifications/spans.busy', { claimant, reading })))!.spans

/** Adds to what was read in this hour, and since ever. */
export async function countRead(sql: Sql, reading: Reading, read: number, bytes: number): Promise<void> {
  if (read > 0) await query(sql, 'verifications/spans.count', { reading, read, bytes })
}

/** Forgets the hours that nobody asks for any more. */
export async function forgetHours(sql: Sql): Promise<void> {
  await query(sql, 'verifications/spans.forget', {})
}
