import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { ListObjectVersionsCommand } from '@aws-sdk/client-s3'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Pool } from '../../../../src/database/open.ts'
import { startEdge } from '../../../support/edge.ts'
import { type HttpRelay, startHttpRelay } from '../../../support/http_relay.ts'
import { poolAt } from '../../../support/pool.ts'
import { startPostgres, type TestPostgres } from '../../../support/postgres.ts'
import { platestack, type Running, serve, stop, type Variables } from '../../../support/program.ts'
import { hasS3, s3Variables, type TestS3, testS3 } from '../../../support/s3.ts'
import { type BigFrame, storeFile } from '../../../support/s3_frames.ts'

describe.runIf(hasS3)('frames that are deleted while S3 is away', () => {
  let s3: TestS3
  let front: HttpRelay
  let pg: TestPostgres
  let sql: Pool
  let folder: string
  let env: Variables
  let token: string
  let server: Running & { url: string }

  beforeAll(async () => {
    ;[s3, pg] = await Promise.all([testS3(), startPostgres()])
    front = await startHttpRelay(s3.port)
    folder = mkdtempSync(join(tmpdir(), 'platestack-removals-'))
    const url = await pg.createDatabase(undefined, 'template')
    sql = poolAt(url)
    env = {
      ...s3Variables(s3.config, front.port),
      DATABASE_URL: url,
      SECRET_KEY: 'a key of the tests',
      PLATESTACK_DATA_DIR: folder,
    }
    const password = { SUPERUSER_PASSWORD: 'ringbearer' }
    await platestack(['createsuperuser', '--noinput', '--username', 'frodo'], { ...env, ...password })
    token = (await platestack(['token', 'frodo'], env)).stdout.trim()
  })
  afterEach(async () => {
    if (server.child.exitCode === null) await stop(server)
  })
  afterAll(async () => {
    await sql?.end()
    await front?.close()
    await Promise.all([s3?.remove(), pg?.stop()])
    rmSync(folder, { recursive: true, force: true })
  })

  const remove = async ({ id }: BigFrame) =>
    (
      await fetch(`${server.url}/frames/${id}/`, {
        method: 'DELETE',
        headers: { authorization: `Token ${token}` },
      })
    ).status
  const stored = async () => {
    const { Versions = [] } = await s3.client.send(new ListObjectVersionsCommand({ Bucket: s3.config.bucket }))
    return Versions.length
  }
  const isAway = () => front.decide(() => 'cut')
  const isBack = () => front.decide(() => 'pass')
  async function untilGone(): Promise<void> {
    while ((await stored()) > 0) await pause(100)
    while ((await sql`select from removals`).length > 0) await pause(100)
  }
  const some = (name: string) =>
    Promise.all(
      ['a', 'b', 'c'].map((each) => storeFile(s3.client, s3.config.bucket, sql, Buffer.from(name + each), '.fits')),
    )
  const times = (text: string) => `${server.stdout}${server.stderr}`.split(text).length - 1

  test('have no file once it is back; that is said once, and when it is over', async () => {
    server = await serve(env)
    const frames = await some('one')
    isAway()
    for (const frame of frames) expect(await remove(frame)).toBe(204)
    expect(await stored()).toBe(3)
    isBack()
    await untilGone()
    await server.printed(/stored files are removed again/)
    expect([times('stored files cannot be removed'), times('removed again')]).toEqual([1, 1])
    // the store's own line of the outage
    expect(times('S3 failed')).toBe(1)
  })

  test('have no file once it is back, though the process that deleted them was killed', async () => {
    server = await serve(env)
    const frames = await some('two')
    isAway()
    for (const frame of frames) expect(await remove(frame)).toBe(204)
    await stop(server, 'SIGKILL')
    isBack()
    expect(await stored()).toBe(3)
    server = await serve(env)
    await untilGone()
  })

  test("are removed by a Worker's cron trigger, which has no timers of its own, and what has changed is counted", async () => {
    server = await serve(env)
    const frames = await some('four')
    isAway()
    for (const frame of frames) expect(await remove(frame)).toBe(204)
    await stop(server)
    isBack()
    await sql`update removals set next_try = now()`
    await sql`insert into rollup_queue values (1)`
    const { PLATESTACK_DATA_DIR: _, ...variables } = env
    const edge = await startEdge({ hyperdrive: env.DATABASE_URL!, assets: 'unbound', variables })
    const answer = await fetch(`${edge.url}/cdn-cgi/handler/scheduled`)
    expect(await answer.text()).toBe('ok')
    await edge.stop()
    expect([await stored(), [...(await sql`select from removals`)]]).toEqual([0, []])
    expect([...(await sql`select from rollup_queue`)]).toEqual([])
  })
})
