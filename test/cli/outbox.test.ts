import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { connect } from 'amqplib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Pool } from '../../src/database/open.ts'
import { openArchive, rootToken } from '../support/archive.ts'
import { inRepository } from '../support/data.ts'
import { newFrame, newVersion } from '../support/frames.ts'
import { startPostgres, type TestPostgres } from '../support/postgres.ts'
import { launch, onTerminal, platestack, program, type Running, serve, stop } from '../support/program.ts'
import { pythonPrograms } from '../support/python.ts'
import { type TestRabbit, testRabbit } from '../support/rabbitmq.ts'
import { type Relay, startRelay } from '../support/relay.ts'

const EXCHANGE = 'archived_fits'
let rabbit: TestRabbit
let database: TestPostgres
let relay: Relay
let sql: Pool
let token: string
let pipeline: Running
const env = { SECRET_KEY: 'a key of the tests', FILESTORE_TYPE: 'dummy', DATABASE_URL: '', QUEUE_BROKER_URL: '' }

beforeAll(async () => {
  rabbit = await testRabbit()
  ;[database] = await Promise.all([startPostgres(), rabbit.start()])
  relay = await startRelay(Number(new URL(rabbit.url).port))
  env.DATABASE_URL = await database.createDatabase('archive', 'template')
  env.QUEUE_BROKER_URL = rabbit.url.replace(/:\d+$/, `:${relay.port}`)
  const services = await openArchive({ DATABASE_URL: env.DATABASE_URL, SECRET_KEY: env.SECRET_KEY })
  token = await rootToken(services)
  sql = services.writer
  // the program of docs/operating.md
  const operating = await readFile(inRepository('docs/operating.md'), 'utf8')
  const [, program] = /```python\n(import json\n[\s\S]*?)```/.exec(operating)!
  pipeline = launch(join(await pythonPrograms(), 'python'), ['-u', '-c', program!], {
    env: { QUEUE_BROKER_URL: rabbit.url, PROCESSED_EXCHANGE_NAME: EXCHANGE },
  })
  const connection = await connect(rabbit.url)
  const channel = await connection.createChannel()
  await channel.assertExchange(EXCHANGE, 'fanout', { durable: true })
  // what comes twice is there twice
  await channel.assertQueue('all', { durable: true })
  await channel.bindQueue('all', EXCHANGE, '')
  // as the consumer declares it, which may come later
  await channel.assertQueue('reduction', { durable: true })
  await channel.bindQueue('reduction', EXCHANGE, '')
  await connection.close()
}, 180_000)
afterAll(async () => {
  if (pipeline) await stop(pipeline, 'SIGKILL')
  await sql?.end()
  await relay?.close()
  await Promise.all([rabbit?.stop(), database?.stop()])
  rabbit?.remove()
})

const waiting = async () => (await sql`select from outbox`).count
/** What the consumer was given, once each. */
const handled = () =>
  pipeline.stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, unknown>)
const post = (url: string, frame: Record<string, unknown>): Promise<Response> =>
  fetch(`${url}/frames/`, {
    method: 'POST',
    body: JSON.stringify(frame),
    headers: { 'content-type': 'application/json', authorization: `Token ${token}` },
  })

/** What the broker was given: ids of messages and of their frames. */
async function delivered(): Promise<{ message: string; frame: number }[]> {
  const connection = await connect(rabbit.url)
  const channel = await connection.createChannel()
  const found: { message: string; frame: number }[] = []
  for (let m = await channel.get('all', { noAck: true }); m; m = await channel.get('all', { noAck: true }))
    found.push({ message: m.properties.messageId, frame: JSON.parse(m.content.toString('utf8')).frameid })
  await connection.close()
  return found
}

test('an archive that is killed in mid-publish, under writes: what was committed arrives, what was rolled back does not, and a consumer of kombu handles each once', async () => {
  let archive = await serve(env)
  const created: number[] = []
  /** Posts until the archive is gone: new frames, versions of them, and some that are refused as a whole. */
  const write = async (writer: number) => {
    for (let n = 0; ; n++) {
      const basename = `killed-${writer}-${n}`
      const taken = newVersion(`killed-${writer}-0`)
      const frame = newFrame(basename, n % 4 === 3 ? { version_set: [newVersion(basename), taken] } : {})
      const answer = await post(archive.url, frame).catch(() => null)
      if (!answer) return
      if (answer.status === 201) created.push(((await answer.json()) as { id: number }).id)
    }
  }
  const writers = [1, 2, 3].map(write)
  await expect.poll(() => created.length, { timeout: 60_000 }).toBeGreaterThan(20)
  // it has said nothing more of what it was given since
  relay.fail({ after: 20, kind: 'hang' })
  await expect
    .poll(async () => (await sql`select from outbox where claimed is not null`).count, { timeout: 60_000 })
    .toBeGreaterThan(0)
  const before = created.length
  await expect.poll(() => created.length, { timeout: 60_000 }).toBeGreaterThan(before + 10)
  expect(await stop(archive, 'SIGKILL')).toBe('SIGKILL')
  await Promise.all(writers)
  relay.fail()
  expect(await waiting()).toBeGreaterThan(10)

  archive = await serve(env)
  try {
    // as after the minute that a process has for what it has claimed
    await sql`update outbox set next_try = now() where claimed is not null`
    await expect.poll(waiting, { timeout: 60_000 }).toBe(0)
  } finally {
    await stop(archive)
  }
  const all = await delivered()
  const committed = (await sql`select f.id from frames f join versions v on v.frame_id = f.id`).map(({ id }) => id)
  expect(created.filter((id) => !committed.includes(id))).toEqual([])
  expect([...new Set(all.map(({ frame }) => frame))].sort()).toEqual([...committed].sort())
  const messages = new Set(all.map(({ message }) => message))
  expect(messages.size).toBe(committed.length)
  expect(all.length).toBeGreaterThan(messages.size)

  await expect.poll(() => handled().length, { timeout: 60_000 }).toBeGreaterThanOrEqual(committed.length)
  await pause(200)
  expect(
    handled()
      .map(({ frameid }) => frameid)
      .sort(),
  ).toEqual([...committed].sort())
  const one = handled().find(({ basename }) => basename === 'killed-1-0')!
  expect(one).toEqual({
    OBJECT: 'M 31',
    area: null,
    basename: 'killed-1-0',
    version_set: [newVersion('killed-1-0')],
    filename: 'killed-1-0.fits.fz',
    frameid: expect.any(Number),
  })
}, 240_000)

describe('platestack outbox', () => {
  const outbox = (...args: string[]) => platestack(['outbox', ...args], env)
  const ids: Record<string, string> = {}
  beforeAll(async () => {
    const add = async (name: string, frame: number, more: object = {}) => {
      const message = JSON.stringify({ frameid: frame, basename: name, BIG: 1 })
      const [row] = await sql`
        insert into outbox (message, dead, refused, claimed, error, attempts, next_try)
        select ${message}::text::jsonb, r.dead, r.refused, r.claimed, r.error, coalesce(r.attempts, 0), coalesce(r.next_try, now())
        from jsonb_populate_record(null::outbox, ${JSON.stringify(more)}::text::jsonb) r
        returning id`
      ids[name] = String(row!.id)
    }
    const refused = new Date(Date.now() - 90_000_000).toISOString()
    const error = 'larger than configured max size\u001b[2J'
    await add('dead-1', 1, { dead: new Date().toISOString(), refused, error, attempts: 40, next_try: 'infinity' })
    await add('dead-2', 2, { dead: new Date().toISOString(), refused, error, attempts: 40, next_try: 'infinity' })
    await add('refused', 3, { refused, error, attempts: 4, next_try: new Date(Date.now() + 3_600_000).toISOString() })
    await add('new', 4)
    await add('being sent', 5, {
      claimed: new Date().toISOString(),
      next_try: new Date(Date.now() + 60_000).toISOString(),
    })
  })

  test('lists what waits and what is dead, for people and for programs', async () => {
    const { code, stdout, stderr } = await outbox()
    expect([code, stderr]).toEqual([1, ''])
    expect(stdout).toMatch(/^3 messages waiting, the oldest since \S+Z; 2 dead letters\nID +STATE +FRAME +CREATED/)
    expect(stdout.split('\n').map((line) => line.split(/ {2,}/)[1])).toEqual(
      expect.arrayContaining(['dead', 'dead', 'waiting', 'waiting', 'refused']),
    )
    expect(stdout).not.toContain('\u001b')
    const { stdout: dead } = await outbox('list', '--dead', '--limit', '1')
    expect(dead.split('\n').slice(2)).toEqual([
      expect.stringMatching(/^\d+ +dead +dead-1 /),
      'and 1 more (--limit)',
      '',
    ])
    const { stdout: json } = await outbox('--json')
    expect(JSON.parse(json)).toMatchObject({
      waiting: 3,
      dead: 2,
      messages: [
        { id: ids['dead-1'], state: 'dead', frame: '1', basename: 'dead-1', attempts: 40, next_try: null },
        { state: 'dead', basename: 'dead-2' },
        { state: 'waiting', basename: 'new', error: null },
        { state: 'waiting', basename: 'being sent' },
        { state: 'refused', basename: 'refused', error: expect.stringContaining('larger than') },
      ],
    })
  })

  test('whose reader has read enough ends as it would have', async () => {
    const ended = launch(
      'sh',
      ['-c', '(trap "" PIPE; "$0" "$1" outbox; echo "code $?" >&2) | true', process.execPath, program],
      { env },
    )
    await ended.ended
    expect(ended.stderr).toBe('code 1\n')
  })

  test('drops after asking, and logs what it drops with its text', async () => {
    const refused = await outbox('drop', '--dead')
    expect(refused).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('whether to drop 2 messages: use --yes'),
    })
    expect(await outbox('drop', '--dead', '--dry-run')).toEqual({
      code: 0,
      stdout: '2 messages would be dropped\n',
      stderr: '',
    })
    const asked = onTerminal(['outbox', 'drop', ids['dead-1']!], env)
    await asked.printed(/Drop 1 message.*Type yes/s)
    asked.child.stdin.write('1\n')
    expect([await asked.ended, asked.stdout]).toEqual([1, expect.stringContaining('nothing was dropped')])
    expect(await waiting()).toBe(5)
    const { code, stdout, stderr } = await outbox('drop', ids['dead-1']!, ids['being sent']!, '--yes', '--json')
    expect([code, JSON.parse(stdout)]).toEqual([1, { dropped: 1, dry_run: false }])
    const [line, missing] = stderr.split('\n')
    expect(JSON.parse(line!)).toMatchObject({
      message: 'a message was dropped from the outbox',
      id: ids['dead-1'],
      frame: '1',
      basename: 'dead-1',
      content: '{"BIG": 1, "frameid": 1, "basename": "dead-1"}',
    })
    expect(missing).toBe('platestack: 1 message of those named is no longer in the outbox, or being sent right now')
  })

  test('makes due what waits for its next try, as often as one likes, and leaves alone what is being sent', async () => {
    expect(await outbox('retry', '--all', '--dry-run')).toMatchObject({
      code: 0,
      stdout: '2 messages would be due now\n',
    })
    expect(await outbox('retry', '--dead', '--json')).toMatchObject({
      code: 0,
      stdout: '{"retried":1,"dry_run":false}\n',
    })
    expect(await outbox('retry', '--all')).toMatchObject({ code: 0, stdout: '1 message is due now\n' })
    expect(await outbox('retry', '--all')).toMatchObject({
      code: 0,
      stdout: 'Nothing to retry: no message is waiting for a later try.\n',
    })
    expect(await outbox('retry', '9223372036854775807')).toMatchObject({ code: 1 })
    expect(await outbox('list')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^4 messages waiting, .*; 0 dead letters/),
    })
    const archive = await serve(env)
    try {
      await expect.poll(waiting, { timeout: 60_000 }).toBe(1)
      expect((await sql`select message ->> 'basename' as name from outbox`)[0]).toEqual({ name: 'being sent' })
    } finally {
      await stop(archive)
    }
    expect((await delivered()).map(({ frame }) => frame).sort()).toEqual([2, 3, 4])
  }, 240_000)
})
