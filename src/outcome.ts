/** How a record can be in the archive, and how it can fail to get there. */
export const WRITTEN = ['created', 'new_version', 'updated', 'already_there'] as const
export const NOT_WRITTEN = ['refused', 'failed'] as const

/**
 * What became of a record, from the statement that writes it to the report of an ingester.
 * `created`: its frame is new, or was a placeholder. `new_version`: the frame got a version.
 * `updated`: the record had no version, and the frame was there. `already_there`: the frame has all
 * of its versions, and nothing was written. `refused`: for good, the same record will be refused
 * again. `failed`: for now, nothing is known of it, and it may be sent again.
 *
 * `Frame` is what is known of the frame then; `Why` says why there is none.
 */
export type Outcome<Frame, Why> =
  | ({ outcome: (typeof WRITTEN)[number] } & Frame)
  | ({ outcome: 'refused' } & Why)
  | ({ outcome: 'failed' } & Why)

/** What became of a file. */
export type FileOutcome =
  | Outcome<
      {
        /** null: it is there, but of which frame was not asked. */
        id: number | null
        url: string | null
        /** What was tolerated. */
        warnings: string[]
      },
      {
        reason: string
        /** The keyword or the field that it is about; null and absent: none in particular. */
        header?: string | null
      }
    >
  /** Its name holds one of IGNORED_CHARS. */
  | { outcome: 'ignored'; reason: string }
  /** Not begun, or not finished, when the run was stopped. */
  | { outcome: 'stopped' }

interface Details {
  id: number | null
  url: string | null
  reason: string | null
  header: string | null
  warnings: readonly string[]
}
const NOTHING: Details = { id: null, url: null, reason: null, header: null, warnings: [] }

/** All that an outcome may say of a file; null and empty where this one says nothing of it. */
export const detailsOf = (outcome: { outcome: string } & Partial<Details>): Details => ({ ...NOTHING, ...outcome })
