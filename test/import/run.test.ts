import { expect, test } from 'vitest'
import { beginning, MOST_FAILED, type Progress } from '../../src/import/notes.ts'
import { runImport } from '../../src/import/run.ts'
import type { Unreadable } from '../../src/import/source.ts'
import type { Import } from '../../src/import/take_over.ts'
import { silent } from '../support/log.ts'

test('of more failures than can be noted none is forgotten at the end: the walk is not done', async () => {
  const frames = Array.from(
    { length: MOST_FAILED + 5 },
    (_, id): Unreadable => ({ id, basename: `frame-${id}`, reason: 'the source has no versions of it' }),
  )
  const noted: Progress[] = []
  const progress: Progress = { walk: null, done: null, failed: [] }
  const source = {
    tellsChanges: true,
    givesDetails: true,
    async *walk() {
      yield { frames: frames.slice(0, 5), place: { id: 4, offset: 5 } }
      yield { frames: frames.slice(5), place: { id: MOST_FAILED + 4, offset: MOST_FAILED + 5 } }
    },
  }
  const target = {
    find: async () => new Map(),
    notes: { put: async (value: Progress) => void noted.push(structuredClone(value)) },
  }
  const targetService = { persist: (_: AbortSignal, work: () => Promise<unknown>) => work() }
  const run = { source, target, targetService, mode: 'import', files: 'none', versions: 'all', log: silent }
  const { signal } = new AbortController()
  const begin = beginning(progress, 'since last', 'where it was', true, '2026-01-01T00:00:00Z')
  const report = async () => {}
  await runImport(run as unknown as Import, { begin, progress, limit: null, signal, report })
  const last = noted.at(-1)!
  expect(last.failed).toHaveLength(MOST_FAILED)
  expect(last.done).toBeNull()
  const next = beginning(last, 'since last', 'where it was', true, '2026-01-02T00:00:00Z')
  expect(next).toMatchObject({ after: { id: 4 }, since: null })
})
