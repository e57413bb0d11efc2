import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { ListObjectVersionsCommand } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Pool } from '../../../../src/database/open.ts'
import { type HttpRelay, startHttpRelay } from '../../../support/http_relay.ts'
import { poolAt } from '../../../support/pool.ts'
import { startPostgres, type TestPostgres } from '../../../support/postgres.ts'
import { platestack, serve, stop, type Variables } from '../../../support/program.ts'
import { hasS3, s3Variables, type TestS3, testS3 } from '../../../support/s3.ts'
import { storeFrames } from '../../../support/s3_frames.ts'

describe.runIf(hasS3)('platestack deleteframes, of files on S3', () => {
  let s3: TestS3
  let front: HttpRelay
  let pg: TestPostgres
  let sql: Pool
  let folder: string
  let env: Variables

  beforeAll(async () => {
    ;[s3, pg] = await Promise.all([testS3(), startPostgres()])
    front = await startHttpRelay(s3.port)
    folder = mkdtempSync(join(tmpdir(), 'platestack-deleteframes-'))
    const url = await pg.createDatabase(undefined, 'template')
    sql = poolAt(url)
    env = {
      ...s3Variables(s3.config, front.port),
      DATABASE_URL: url,
      SECRET_KEY: 'a key of the tests',
      PLATESTACK_DATA_DIR: folder,
    }
  })
  afterAll(async () => {
    await sql?.end()
    await front?.close()
    await Promise.all([s3?.remove(), pg?.stop()])
    rmSync(folder, { recursive: true, force: true })
  })

  const stored = async () => {
    const { Versions = [] } = await s3.client.send(new ListObjectVersionsCommand({ Bucket: s3.config.bucket }))
    return Versions.length
  }
  const fill = (count: number) =>
    storeFrames(
      s3.client,
      s3.config.bucket,
      sql,
      Array.from({ length: count }, () => 10),
    )
  const left = async () => {
    const [row] = await sql<
      { frames: number; removals: number }[]
    >`select (select count(*)::int from frames) as frames, (select count(*)::int from removals) as removals`
    return { ...row!, stored: await stored() }
  }
  /** From now on so many deletions get through. */
  function cutAfter(deletions: number): void {
    let seen = 0
    front.decide((what) => (what.startsWith('DELETE ') && ++seen > deletions ? 'cut' : 'pass'))
  }
  const ARGS = ['deleteframes', '--site', 'cpt', '--yes']

  test('the store goes away in the middle: rows are gone, files are on the list, and a running archive removes them', async () => {
    await fill(60)
    cutAfter(20)
    const { code, stdout } = await platestack(ARGS, env)
    const { frames, removals, stored: files } = await left()
    expect([code, frames]).toEqual([1, 0])
    expect(files).toBeGreaterThan(0)
    // of a deletion whose answer did not come back it is not known that it was done
    expect(removals).toBeGreaterThanOrEqual(files)
    expect(stdout).toBe(
      `Deleted: 60 frames with 60 files of 600 bytes.\n${removals} files are not removed from the store yet, but on the list of removals, with which the running archive, and this command when it is run again, go on.\n`,
    )
    front.decide(() => 'pass')
    const server = await serve(env)
    while ((await stored()) > 0) await pause(100)
    while ((await sql`select from removals`).length > 0) await pause(100)
    await stop(server)
  })

  test('without an archive that runs, this command removes them when it is run again', async () => {
    await fill(30)
    cutAfter(10)
    expect((await platestack([...ARGS, '--json'], env)).code).toBe(1)
    // still away, and due
    cutAfter(0)
    await sql`update removals set next_try = now()`
    const away = await platestack([...ARGS, '--json'], env)
    expect([away.code, JSON.parse(away.stdout)]).toMatchObject([1, { deleted: { frames: 0 } }])
    expect(JSON.parse(away.stdout).files_waiting).toBeGreaterThan(0)
    front.decide(() => 'pass')
    // a store on a busy machine may fail once more
    do await sql`update removals set next_try = now()`
    while ((await platestack(ARGS, env)).code !== 0)
    expect(await left()).toEqual({ frames: 0, removals: 0, stored: 0 })
  })
})
