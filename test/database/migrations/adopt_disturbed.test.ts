import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { MigrationError, migrate } from '../../../src/database/migrations/migrate.ts'
import { poolAt } from '../../support/pool.ts'
import { FRAME, failure, frameValues, pause, type References, startReferences } from '../../support/reference.ts'

let pg: References
beforeAll(async () => {
  pg = await startReferences()
}, 60_000)
afterAll(() => pg.stop())

describe('an adoption that is disturbed', () => {
  test('may be stopped at any step and finished by a later run, with the same schema', async () => {
    const whole = await pg.onCopy('v2', async (sql, database) => {
      await migrate(sql)
      return pg.schema(database)
    })
    await pg.onCopy('v2', async (sql, database) => {
      let stops = 0
      for (let finished = false; !finished; ) {
        let lines = 0
        const log = () => {
          if (lines++ === stops) throw new Error('stopped')
        }
        const error = await failure(migrate(sql, { log }))
        finished = !error
        if (error) expect(error.message).toBe('stopped')
        if (error) stops++
        // Whatever has been done so far, the old server can go on.
        await sql.unsafe(`insert into frames_frame ${FRAME} values ${frameValues(`during-${stops}`)}`)
        await sql.unsafe(`delete from frames_frame where basename = 'during-${stops}'`)
      }
      expect(stops).toBeGreaterThan(3)
      expect(await pg.schema(database)).toBe(whole)
    })
  })

  test('is undone to the last complete script when its connection is cut in the middle of one, and then goes on', async () => {
    await pg.onCopy('v2', async (sql, database) => {
      const whole = await pg.onCopy('v2', async (other, copy) => {
        await migrate(other)
        return pg.schema(copy)
      })
      const before = await pg.schema(database)
      const busy = poolAt(pg.url(database), { max: 1 })
      // Somebody reads profiles and does not stop, so that the first script has some of its locks and waits for the last.
      let release = () => {}
      const reading = busy.begin(async (one) => {
        await one`select count(*) from auth_profile_authprofile`
        await new Promise<void>((resolve) => {
          release = resolve
        })
      })
      const running = failure(migrate(sql))
      const cut = `select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'
          and pid in (select pid from pg_locks where locktype = 'advisory')`
      await expect.poll(() => pg.psql(database, { sql: cut })).toBe('t\n')
      expect(await running).toMatchObject({ code: expect.stringMatching(/57P01|CONNECTION_/) })
      expect(await pg.schema(database)).toBe(before)
      release()
      await reading
      await busy.end()
      // The same pool goes on with another connection.
      expect((await migrate(sql)).kind).toBe('adopted')
      expect(await pg.schema(database)).toBe(whole)
    })
  })

  test('builds anew an index that was left invalid when its builder was cut off', async () => {
    await pg.onCopy('v2', async (sql, database) => {
      const before = (line: string) => {
        if (line === 'applying 000003_indexes_concurrently') throw new Error('stopped')
      }
      await failure(migrate(sql, { log: before }))
      // A transaction that writes to the table holds up the building of an index until it ends.
      const busy = poolAt(pg.url(database), { max: 1 })
      let release = () => {}
      const held = new Promise<void>((resolve) => {
        release = resolve
      })
      await new Promise<void>((started) => {
        void busy.begin(async (one) => {
          await one`update frames set modified = modified where id = 1`
          started()
          await held
        })
      })
      const running = failure(migrate(sql))
      const builders = `from pg_stat_activity where datname = current_database() and query like 'create index concurrently%'
        and pid <> pg_backend_pid() and wait_event_type = 'Lock'`
      for (let tries = 0; tries < 100; tries++) {
        if ((await pg.psql(database, { sql: `select pid ${builders}` })).trim()) break
        await pause(50)
      }
      expect((await pg.psql(database, { sql: `select pg_terminate_backend(pid) ${builders}` })).trim()).toBe('t')
      expect(await running).toMatchObject({ code: expect.stringMatching(/57P01|CONNECTION_/) })
      const invalid = () => sql`select indexrelid::regclass::text as name from pg_index where not indisvalid`
      expect([...(await invalid())]).toEqual([{ name: 'frames_newest' }])
      release()
      await busy.end()
      const lines: string[] = []
      expect(await migrate(sql, { log: (line) => lines.push(line) })).toEqual({
        kind: 'current',
        applied: [
          '000003_indexes_concurrently',
          '000004_downloads',
          '000005_stored_files',
          '000005_stored_files_concurrently',
          '000006_identity',
          '000007_sky',
          '000008_rollups',
          '000009_search',
          '000009_search_concurrently',
          '000010_lists_concurrently',
          '000011_remembered',
          '000012_contains',
          '000012_contains_concurrently',
          '000013_filed_elsewhere',
          '000014_outbox',
          '000014_outbox_concurrently',
          '000014_outbox_frames',
          '000015_verification',
          '000016_sky_pieces',
        ],
      })
      expect(lines).toContain('index frames_newest was left unfinished: dropping it')
      expect([...(await invalid())]).toEqual([])
    })
  })

  test('loses no write of a busy old server, and none of them fails', async () => {
    await pg.onCopy('v2', async (sql, database) => {
      const old = poolAt(pg.url(database), { max: 4 })
      let running = true
      let written = 0
      const work = async (worker: number) => {
        while (running) {
          const basename = `busy-${worker}-${written}`
          await old.begin(async (one) => {
            await one`select user_id from authtoken_token where key = 'x'`
            const [frame] = await one.unsafe(
              `insert into frames_frame ${FRAME} values ${frameValues(basename)} returning id`,
            )
            await one`
              insert into frames_version (key, md5, extension, created, frame_id)
              values (md5(${basename}), md5(${basename}), '.fits', now(), ${frame!.id})`
            await one`insert into frames_headers (data, frame_id) values ('{}', ${frame!.id})`
          })
          written++
        }
      }
      const workers = [0, 1, 2, 3].map(work)
      await pause(100)
      expect((await migrate(sql)).kind).toBe('adopted')
      const during = written
      await pause(100)
      running = false
      await Promise.all(workers)
      await old.end()
      expect(during).toBeGreaterThan(0)
      expect(written).toBeGreaterThan(during)
      const [{ count }] = (await sql`
        select count(*)::int from frames f join versions v on v.frame_id = f.id join headers h on h.frame_id = f.id
        where basename like 'busy-%'`) as unknown as [{ count: number }]
      expect(count).toBe(written)
    })
  })

  test('gives up with a word on who is in the way when a lock is not to be had', async () => {
    await pg.onCopy('v2', async (sql, database) => {
      const before = await pg.schema(database)
      const busy = poolAt(`${pg.url(database)}?application_name=nightly%20dump`)
      await busy.begin(async (one) => {
        await one`select count(*) from frames_frame`
        const lines: string[] = []
        const error = await failure(migrate(sql, { patience: 2, log: (line) => lines.push(line) }))
        expect(error).toBeInstanceOf(MigrationError)
        expect(error!.message).toMatch(
          /adopt\/reference did not get its locks within 2 s and was not applied; held by pid \d+ \(nightly dump/,
        )
        expect(lines.some((line) => line.includes('waits for locks; held by'))).toBe(true)
      })
      await busy.end()
      expect(await pg.schema(database)).toBe(before)
    })
  })
})
