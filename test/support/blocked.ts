import { inject } from 'vitest'
import type { TestArchive } from './archive.ts'

/** Waits until a writer waits for a lock that this test holds. An embedded database has one connection: there it waits for that. */
export async function blocked({ services }: TestArchive): Promise<void> {
  if (inject('postgres') === null) return
  for (;;) {
    const [row] = await services.writer.unsafe(
      "select count(*)::int from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
    )
    if (row!.count > 0) return
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
