import { mapConcurrently } from '../../concurrency.ts'
import type { Sql } from '../../database/sql.ts'
import { ArchiveError } from '../../errors.ts'
import { newestVersions } from '../../queries/verifications/records.ts'
import { versionRef } from '../store/refs.ts'
import type { FileStore, Ref } from '../store/store.ts'

/** Tells a file that is missing from a store that is away. */
export interface Presence {
  /** A file that was there. */
  noteFound(file: Ref): void
  /**
   * Why nothing can be said of any file: the store does not answer, is another one, or has lost its
   * disk; null: it is there, so that what is amiss is a file's.
   */
  findOutage(): Promise<Error | null>
}

/** Files whose absence is no chance. */
const SAMPLE = 20

/** Refusals that are a single file's. */
const REFUSED = new Set(['EACCES', 'EPERM'])

/** The presence of the store of an archive, judged by other files of it. */
export function presenceOf({ writer, store }: { writer: Sql; store: FileStore }): Presence {
  let known: Ref | undefined

  /** Whether a file is there; an Error: that cannot be told. */
  const ask = async (file: Ref): Promise<boolean | Error> => {
    try {
      if (!(await store.stat(file))) return false
      known = file
      return true
    } catch (error) {
      // a file that may not be opened is one
      if (REFUSED.has(String((error as NodeJS.ErrnoException).code))) return true
      return error as Error
    }
  }

  return {
    noteFound(file) {
      known = file
    },
    async findOutage() {
      const answer = known && (await ask(known))
      if (answer === true) return null
      if (answer instanceof Error) return answer
      const sample = await newestVersions(writer, SAMPLE)
      const answers = await mapConcurrently(sample, SAMPLE, (row) => ask(versionRef(row, row, store.classes)))
      if (answers.includes(true)) return null
      const failure = answers.find((one) => one instanceof Error)
      if (failure) return failure
      if (sample.length < SAMPLE && (await holdsAnything(store))) return null
      const others = sample.length < SAMPLE ? 'holds no file at all' : `has none of the ${SAMPLE} newest files`
      return new ArchiveError('store_unavailable', `The file store ${others}: ${WHERE[store.kind]}.`)
    },
  }
}

const WHERE = {
  local: 'see whether its disk is mounted, and FILESYSTEM_STORAGE_ROOT_DIR is right',
  s3: 'see whether BUCKET and S3_ENDPOINT_URL are right',
  dummy: 'it stores nothing',
}

async function holdsAnything(store: FileStore): Promise<boolean> {
  for await (const files of store.list()) if (files.length) return true
  return false
}
