import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { digestPlatform } from '../../src/cli/ingest/work.ts'
import type { SourceFrame, SourceVersion } from '../../src/import/source.ts'
import { type Import, takingOver } from '../../src/import/take_over.ts'
import { silent } from '../support/log.ts'

const version = (id: number, text: string, key = 'of the source'): SourceVersion => ({
  id,
  key,
  md5: createHash('md5').update(text).digest('hex'),
  extension: '.fits.fz',
  created: '2016-01-02T00:00:00Z',
  size: text.length,
  crc32: null,
  url: null,
})

test('an upload that an answer that got lost has recorded is not taken back where another run was faster', async () => {
  const [older, newest] = [version(1, 'older'), version(2, 'newest')]
  const columns = { site_id: 'cpt', instrument_id: 'kb70', observation_day: '2016-01-02', reduction_level: 0 }
  const frame: SourceFrame = {
    id: 1,
    basename: 'a-frame-e00',
    columns,
    versions: [newest, older],
    thumbnails: [],
    related: [],
  }
  const here = {
    ...frame,
    versions: [
      { ...newest, key: 'of another run' },
      { ...older, key: `ours ${older.md5}` },
    ],
  }
  const withdrawn: string[] = []
  const service = { persist: (_: AbortSignal, work: () => Promise<unknown>) => work() }
  const run = {
    source: {
      details: async () => ({ headers: '{}', related: [], listed: [] }),
      file:
        (_: SourceFrame, { md5 }: SourceVersion) =>
        async () => {
          const bytes = Buffer.from(md5 === older.md5 ? 'older' : 'newest')
          return { size: bytes.length, chunks: new Blob([bytes]).stream() }
        },
    },
    target: {
      put: async () => ({ outcome: 'already_there', key: 'of another run', id: 1, url: null, filename: null }),
      find: async () => new Map([[frame.basename, here]]),
    },
    store: {
      kind: 's3',
      put: async (_path: string, _body: unknown, { md5 }: { md5: string }) => ({
        key: `ours ${md5}`,
        md5,
        withdraw: async () => void withdrawn.push(md5),
      }),
    },
    storeService: service,
    targetService: service,
    leftovers: { run: null, begin: () => false, settle() {}, remove: async () => {} },
    platform: digestPlatform,
    files: 'copy',
    versions: 'all',
    mode: 'import',
    log: silent,
  }
  await takingOver(run as unknown as Import)(frame, undefined, 'details', new AbortController().signal)
  expect(withdrawn).toEqual([newest.md5])
})

test('a thumbnail whose file an interrupted run has stored is recorded by the next one', async () => {
  const text = 'the thumbnail'
  const md5 = createHash('md5').update(text).digest('hex')
  const columns = { site_id: 'cpt', instrument_id: 'kb70', observation_day: '2016-01-02', reduction_level: 0 }
  const thumbnail = { basename: 'a-frame-small', size: 'small', extension: '.jpg', key: 'new', url: null }
  const frame: SourceFrame = { id: 1, basename: 'a-frame', columns, versions: [], thumbnails: [thumbnail], related: [] }
  const here = { ...frame, thumbnails: [{ ...thumbnail, key: 'the old one' }] }
  const recorded: string[] = []
  const service = { persist: (_: AbortSignal, work: () => Promise<unknown>) => work() }
  const run = {
    source: {
      details: async () => ({ headers: '{}', related: [], listed: [] }),
      thumbnail: () => async () => ({ size: text.length, chunks: new Blob([text]).stream() }),
    },
    target: {
      details: async () => ({ headers: '{}', related: [] }),
      archive: {
        thumbnail: async () => 'the old one',
        putThumbnail: async ({ key }: { key: string }) => {
          recorded.push(key)
          return { outcome: 'updated', key, id: 1, url: null, filename: null }
        },
      },
    },
    store: {
      kind: 'local',
      newestAt: async () => ({ key: md5, md5 }),
      put: async () => ({ key: md5, md5, withdraw: async () => {} }),
    },
    storeService: service,
    targetService: service,
    leftovers: { run: null, begin: () => false, settle() {}, remove: async () => {} },
    platform: digestPlatform,
    files: 'copy',
    versions: 'all',
    mode: 'import',
    log: silent,
  }
  await takingOver(run as unknown as Import)(frame, here, 'all', new AbortController().signal)
  expect(recorded).toEqual([md5])
})
