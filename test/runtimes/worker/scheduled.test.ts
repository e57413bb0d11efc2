import { type Channel, type ChannelModel, connect } from 'amqplib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Pool } from '../../../src/database/open.ts'
import { openArchive, rootToken } from '../../support/archive.ts'
import { startEdge, type TestEdge } from '../../support/edge.ts'
import { newFrame } from '../../support/frames.ts'
import { startPostgres, type TestPostgres } from '../../support/postgres.ts'
import { type TestRabbit, testRabbit } from '../../support/rabbitmq.ts'
import { type Relay, startRelay } from '../../support/relay.ts'

const EXCHANGE = 'archived_fits'
let rabbit: TestRabbit
let broker: Relay
let database: TestPostgres
let edge: TestEdge
let sql: Pool
let token: string

beforeAll(async () => {
  rabbit = await testRabbit()
  ;[database] = await Promise.all([startPostgres(), rabbit.start()])
  broker = await startRelay(Number(new URL(rabbit.url).port))
  await withChannel(async (channel) => {
    await channel.assertExchange(EXCHANGE, 'fanout', { durable: true })
    await channel.assertQueue('pipeline', { durable: true })
    await channel.bindQueue('pipeline', EXCHANGE, '')
  })
  const url = await database.createDatabase('archive', 'template')
  const services = await openArchive({ DATABASE_URL: url })
  token = await rootToken(services)
  sql = services.writer
  edge = await startEdge({
    hyperdrive: url,
    assets: 'unbound',
    variables: { PROCESSED_EXCHANGE_ENABLED: 'True', QUEUE_BROKER_URL: rabbit.url.replace(/:\d+$/, `:${broker.port}`) },
  })
})
afterAll(async () => {
  await edge?.stop()
  await sql?.end()
  await broker?.close()
  await Promise.all([rabbit?.stop(), database?.stop()])
  rabbit?.remove()
})

/** Does something on a connection of its own. */
async function withChannel<T>(work: (channel: Channel) => Promise<T>): Promise<T> {
  const connection: ChannelModel = await connect(rabbit.url)
  const result = await work(await connection.createChannel())
  await connection.close()
  return result
}

const post = async (basename: string): Promise<void> => {
  const answer = await fetch(`${edge.url}/frames/`, {
    method: 'POST',
    body: JSON.stringify(newFrame(basename)),
    headers: { 'content-type': 'application/json', authorization: `Token ${token}` },
  })
  expect([answer.status, await answer.text()]).toEqual([201, expect.any(String)])
}
const announced = () =>
  withChannel(async (channel) => {
    const message = await channel.get('pipeline', { noAck: true })
    return message && (JSON.parse(message.content.toString('utf8')) as { frameid: number; filename: string }).filename
  })
const waiting = async () => Number((await sql`select count(*)::int as n from outbox`)[0]!.n)
const runScheduled = async () => (await fetch(`${edge.url}/cdn-cgi/handler/scheduled`)).text()

test('a new frame is announced when it is answered; what could not be waits for the next run of the cron trigger', async () => {
  await post('edge-prompt')
  await expect.poll(announced, { timeout: 20_000 }).toContain('edge-prompt')
  await expect.poll(waiting).toBe(0)
  // the fault is for the next connection, not for the end of this one
  await expect.poll(() => broker.open(), { timeout: 20_000 }).toBe(0)
  broker.fail({ after: 0, kind: 'cut' })
  await post('edge-late')
  await expect.poll(() => edge.running.stdout, { timeout: 20_000 }).toContain('cannot be announced')
  expect(await waiting()).toBe(1)
  await expect.poll(async () => [await runScheduled(), await waiting()], { timeout: 60_000 }).toEqual(['ok', 0])
  expect(await announced()).toContain('edge-late')
})

test('a run of the cron trigger counts what has changed', async () => {
  await post('edge-counted')
  expect(await runScheduled()).toBe('ok')
  const [row] = await sql`select count(*)::int as n from rollup_queue`
  expect(row).toEqual({ n: 0 })
})
