import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import type { Pool } from '../../src/database/open.ts'
import { foldRollups } from '../../src/queries/rollups/fold.ts'
import { newFrame } from '../support/frames.ts'
import { poolAt } from '../support/pool.ts'
import { startPostgres, type TestPostgres } from '../support/postgres.ts'
import { platestack, serve, stop } from '../support/program.ts'
import { foldedAndRecounted, right } from '../support/rollups.ts'

let pg: TestPostgres
beforeAll(async () => {
  pg = await startPostgres()
}, 60_000)
afterAll(() => pg.stop())

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

async function database(max: number): Promise<{ sql: Pool; url: string }> {
  const url = await pg.createDatabase(undefined, 'template')
  const sql = poolAt(url, { max })
  onTestFinished(() => sql.end({ timeout: 5 }))
  return { sql, url }
}

/** Public frames with a version each. */
const addFrames = (sql: Pool, stem: string, count: number) =>
  sql`
    with made as (
      insert into frames (basename, target_name, site_id, telescope_id, instrument_id, primary_optical_element, configuration_type,
        reduction_level, proposal_id, observation_date, observation_day, public_date)
      select ${stem} || '-' || n, '', (array['ogg', 'coj', 'lsc'])[n % 3 + 1], '1m0a', 'fa' || n % 5, 'rp', 'EXPOSE', n % 2 * 91, 'p' || n % 7,
        '2020-01-01'::timestamptz + n * interval '17 min', '2020-01-01'::date + n / 90, '2020-06-01'
      from generate_series(1, ${count}::int) n
      returning id, basename)
    insert into versions (key, md5, extension, frame_id) select basename, md5(basename), '.fits', id from made`

test('an archive that is killed in the middle of folds leaves nothing wrong: counts are right at once, and once all is folded', async () => {
  const { sql, url } = await database(2)
  const env = { DATABASE_URL: url, FILESTORE_TYPE: 'dummy' }
  const queued = async () => (await sql<{ n: number }[]>`select count(*)::int as n from rollup_queue`)[0]!.n
  let interrupted = 0
  let frames = 0
  for (let round = 1; round <= 3; round++) {
    const archive = await serve(env)
    await addFrames(sql, `round-${round}`, 8000)
    frames += 8000
    const before = await queued()
    for (let left = before; left > 0 && left >= before; left = await queued()) await pause(5)
    // as it is taking the next part
    await pause(30 * round)
    expect(await stop(archive, 'SIGKILL')).toBe('SIGKILL')
    if ((await queued()) > 0) interrupted++
    const next = await serve(env)
    const answer = await fetch(`${next.url}/frames/?limit=1`)
    expect(await answer.json()).toMatchObject({ count: frames })
    await stop(next, 'SIGKILL')
  }
  expect(interrupted).toBeGreaterThan(0)
  expect(await foldedAndRecounted(sql)).toEqual(right(frames))
})

test('ten writers of overlapping related frames and folds without a pause never wait for each other in a circle', async () => {
  const { sql, url } = await database(4)
  const env = { DATABASE_URL: url, FILESTORE_TYPE: 'dummy' }
  await platestack(['createsuperuser', '--noinput', '--username', 'root'], { ...env, SUPERUSER_PASSWORD: 'ringbearer' })
  const token = (await platestack(['token', 'root'], env)).stdout.trim()
  const archive = await serve(env)
  let writing = true
  const folder = async () => {
    let folds = 0
    for (; writing; folds++) await foldRollups(sql, 5)
    return folds
  }
  const writer = async (n: number) => {
    const codes = new Set<number>()
    for (let i = 0; i < 25; i++) {
      // in an order of each writer's own, and frames of its own that others name
      const related = Array.from({ length: 6 }, (_, k) => `calibration-${(n * 7 + k * (1 + (n % 3)) + i) % 12}`)
      const other = `frame-${(n + 1) % 10}-${i}`
      const answer = await fetch(`${archive.url}/frames/`, {
        method: 'POST',
        headers: { authorization: `Token ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({
          ...newFrame(`frame-${n}-${i}`),
          related_frame_filenames: [...related, other],
        }),
      })
      await answer.arrayBuffer()
      codes.add(answer.status)
    }
    return [...codes]
  }
  const folding = [folder(), folder()]
  const codes = await Promise.all(Array.from({ length: 10 }, (_, n) => writer(n)))
  writing = false
  const folds = await Promise.all(folding)
  await stop(archive)
  expect(codes.flat().every((code) => code === 201)).toBe(true)
  expect(folds[0]! + folds[1]!).toBeGreaterThan(10)
  expect(await foldedAndRecounted(sql)).toEqual(right(250))
  // counters reach the view when a connection is idle
  await pause(1200)
  const [{ deadlocks }] = (await sql`
    select deadlocks::int from pg_stat_database where datname = current_database()`) as unknown as [
    { deadlocks: number },
  ]
  expect(deadlocks).toBe(0)
})
