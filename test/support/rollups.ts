import type { Pool } from '../../src/database/open.ts'
import { checkRollups } from '../../src/queries/rollups/check.ts'
import { foldRollups } from '../../src/queries/rollups/fold.ts'

/** Folds all that is queued, once nobody else is folding. */
export async function foldAll(sql: Pool): Promise<void> {
  for (let tries = 0; tries < 200; ) {
    const taken = await foldRollups(sql, 1000)
    if (taken !== null && taken < 1000) return
    if (taken !== null) continue
    tries++
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error('the rollups are not built, or somebody else keeps folding')
}

/** What a recount finds wrong once all is folded, and the frames that a superuser counts by the rollups and one by one. */
export async function foldedAndRecounted(sql: Pool) {
  await foldAll(sql)
  const wrong = await checkRollups(sql)
  const [counted] = await sql<{ folded: number; listed: number; queued: number }[]>`
    select (select coalesce(sum(c.frames), 0)::int from rollup_counts c join rollup_groups g on g.id = c.group_id and g.projection = 0
        where c.proposal = 0 and c.bucket < 1 << 28) as folded,
      (select count(*)::int from rollup_listed) as listed, (select count(*)::int from rollup_queue) as queued`
  return { wrong, ...counted! }
}

/** What foldedAndRecounted() gives of so many frames. */
export const right = (frames: number) => ({
  wrong: { frames: 0, counts: 0 },
  folded: frames,
  listed: frames,
  queued: 0,
})
