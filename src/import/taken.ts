import { passing, Stopped } from '../ingest/deliver/faults.ts'
import { BadFile } from '../ingest/describe/description.ts'
import type { SourceVersion } from './source.ts'
import type { FrameHere } from './target/target.ts'

/** What became of a frame. */
export interface Taken {
  outcome: 'created' | 'new_version' | 'updated' | 'already_there' | 'failed' | 'stopped'
  /** Here; null: not known. */
  id: number | null
  reason: string | null
  /** Bytes of files that were stored. */
  bytes: number
}

/** An outcome, of no bytes. */
export const taken = (outcome: Taken['outcome'], id: number | null, reason: string | null = null): Taken => ({
  outcome,
  id,
  reason,
  bytes: 0,
})

/** What would become of a frame. */
export function planned(
  here: FrameHere | undefined,
  missing: readonly SourceVersion[],
  isChanged: boolean,
): Taken['outcome'] {
  if (!here) return 'created'
  return missing.length ? 'new_version' : isChanged ? 'updated' : 'already_there'
}

/** What an error means for a frame; null: it ends the run. */
export function outcomeOfFault(error: unknown): Taken | null {
  if (error instanceof Stopped) return taken('stopped', null)
  const why = error instanceof BadFile ? error : passing(error)
  return why && taken('failed', null, why.message)
}
