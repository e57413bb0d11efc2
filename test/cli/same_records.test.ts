import { readdirSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeFiles } from '../bench/ingest_files.ts'
import { dataFile, readJson } from '../support/data.ts'
import { platestack } from '../support/program.ts'
import { pythonPrograms } from '../support/python.ts'
import { checkRecords } from '../support/same_records.ts'

const DATA = dataFile('fits')
const known = Object.keys(readJson<object>('fits', 'records.json'))
const env = { OPENTSDB_PYTHON_METRICS_TEST_MODE: 'True', PYTHONWARNINGS: 'ignore' }

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'platestack-same-records-'))
  await pythonPrograms()
}, 900_000)
afterAll(() => rm(folder, { recursive: true, force: true }))

async function dryRun(paths: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await platestack(['ingest', '--dry-run', '--json', ...paths])
  expect(code, stderr).toBe(0)
  return stdout
}

test('a dry run tells the records that the published ocs_ingester makes of the same files', async () => {
  const files = readdirSync(DATA).filter((name) => known.includes(name) && /\.fits(\.fz)?$/.test(name))
  expect(files.length).toBeGreaterThan(10)
  await checkRecords(
    files.map((name) => join(DATA, name)),
    dryRun,
    env,
  )
})

test('and of frames of every night of a year', async () => {
  const files = await makeFiles(folder, 'fa01', 60, 20_000, 12.3 * 86_400)
  await checkRecords(
    files.map((file) => file.path),
    dryRun,
    env,
  )
})
