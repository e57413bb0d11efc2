import { readFile } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { type Channel, type ChannelModel, connect } from 'amqplib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type TestArchive, testArchive } from '../support/archive.ts'
import { bulk, ndjson } from '../support/bulk.ts'
import { type TestRabbit, testRabbit } from '../support/rabbitmq.ts'

const EXCHANGE = 'archived_fits'
const QUEUE = 'pipeline'
let rabbit: TestRabbit
let archive: TestArchive

const record = (n: number) => ({
  basename: `cpt1m010-kb70-20160102-${String(n).padStart(4, '0')}-e00`,
  observation_date: '2016-01-02T03:04:05.678',
  observation_day: '20160102',
  proposal_id: 'prop-public',
  configuration_type: 'EXPOSE',
  related_frame_filenames: [],
  area:
    n === 1
      ? {
          type: 'Polygon',
          coordinates: [
            [
              [10, 41],
              [10, 42],
              [11, 42],
              [10, 41],
            ],
          ],
        }
      : null,
  headers: { OBJECT: 'M 31', AIRMASS: 1.0129248, BIG: 12345, NULLKEY: null },
  version_set: [{ key: `key${n}`, md5: `md5${n}`, extension: '.fits.fz' }],
})
const post = async (n: number): Promise<number> => {
  const response = await archive.request('/frames/', { token: archive.root, json: record(n) })
  expect(response.status).toBe(201)
  return (await response.json()).id
}

/** Does something on a connection of its own. */
async function withChannel(work: (channel: Channel) => PromiseLike<unknown>): Promise<void> {
  const connection = await connect(rabbit.url)
  await work(await connection.createChannel())
  await connection.close()
}

/** Takes messages off the queue until `count` are there. */
async function received(count: number) {
  const connection: ChannelModel = await connect(rabbit.url)
  const channel = await connection.createChannel()
  const messages: { content: Record<string, unknown>; properties: object; fields: object }[] = []
  await expect
    .poll(
      async () => {
        for (let m = await channel.get(QUEUE, { noAck: true }); m; m = await channel.get(QUEUE, { noAck: true }))
          messages.push({ content: JSON.parse(m.content.toString('utf8')), properties: m.properties, fields: m.fields })
        return messages.length
      },
      { timeout: 60_000, interval: 100 },
    )
    .toBeGreaterThanOrEqual(count)
  await connection.close()
  return messages
}

beforeAll(async () => {
  rabbit = await testRabbit()
  await rabbit.start()
  const connection = await connect(rabbit.url)
  const channel = await connection.createChannel()
  await channel.assertExchange(EXCHANGE, 'fanout', { durable: true })
  await channel.assertQueue(QUEUE, { durable: true })
  await channel.bindQueue(QUEUE, EXCHANGE, '')
  await connection.close()
  archive = await testArchive({ QUEUE_BROKER_URL: rabbit.url, PROCESSED_EXCHANGE_NAME: EXCHANGE })
}, 120_000)
afterAll(async () => {
  await archive?.close()
  await rabbit.stop()
  rabbit.remove()
})

test('a new frame is announced with its headers flattened, and as its consumers expect', async () => {
  const id = await post(1)
  const [message] = await received(1)
  expect(message!.content).toEqual({
    OBJECT: 'M 31',
    AIRMASS: 1.0129248,
    BIG: 12345,
    NULLKEY: null,
    area: {
      type: 'Polygon',
      coordinates: [
        [
          [10, 41],
          [10, 42],
          [11, 42],
          [10, 41],
        ],
      ],
    },
    basename: record(1).basename,
    version_set: record(1).version_set,
    filename: `${record(1).basename}.fits.fz`,
    frameid: id,
  })
  expect(message!.properties).toMatchObject({
    contentType: 'application/json',
    contentEncoding: 'utf-8',
    deliveryMode: 2,
  })
  expect(message!.fields).toMatchObject({ exchange: EXCHANGE, routingKey: '' })
})

test('frames that come in bulk are announced one by one, in the order of their lines, and those of one frame in the order of its versions', async () => {
  const line = (n: number, version: number) => ({
    ...record(n),
    version_set: [{ key: `key ${n} ${version}`, md5: `md5 ${n} ${version}`, extension: `.${version}` }],
  })
  const numbers = Array.from({ length: 1000 }, (_, i) => 1000 + i)
  // twice the same frames, some of them in one batch
  const lines = [...numbers.map((n) => line(n, 1)), ...numbers.slice(-150).map((n) => line(n, 2))]
  const told = await bulk(archive, ndjson(lines))
  expect(told.map((t) => t.outcome)).toEqual(lines.map((_, i) => (i < 1000 ? 'created' : 'new_version')))
  const messages = await received(lines.length)
  const seen = [...new Set(messages.map((m) => `${m.content.frameid} ${m.content.filename}`))]
  expect(seen).toEqual(told.map((t) => `${t.id} ${t.filename}`))
  expect(messages.slice(0, 1000).map((m) => m.content.version_set)).toEqual(
    lines.slice(0, 1000).map((l) => l.version_set),
  )
})

test('what is posted while the broker is away is announced when it is back, in order, and none is lost', async () => {
  await rabbit.stop()
  const ids: number[] = []
  for (let n = 2; n < 12; n++) ids.push(await post(n))
  await rabbit.start()
  const messages = await received(ids.length)
  // at least once: a message may come twice, but all come, the first of each in order
  expect([...new Set(messages.map((m) => m.content.frameid))]).toEqual(ids)
  await expect
    .poll(async () => (await archive.services.writer`select count(*)::int as n from outbox`)[0]!.n, { timeout: 20_000 })
    .toBe(0)
  expect(archive.logged.map((l) => l.message)).toContain(
    'new frames cannot be announced: their messages wait in the outbox',
  )
}, 180_000)

test('a post that is refused announces nothing', async () => {
  const again = await archive.request('/frames/', { token: archive.root, json: record(1) })
  expect(again.status).toBe(400)
  expect((await archive.services.writer`select count(*)::int as n from outbox`)[0]!.n).toBe(0)
})

describe('an exchange that cannot be declared', () => {
  const TAKEN = 'taken'
  let refused: TestArchive
  beforeAll(async () => {
    await withChannel((channel) => channel.assertExchange(TAKEN, 'topic', { durable: true }))
    refused = await testArchive({ QUEUE_BROKER_URL: rabbit.url, PROCESSED_EXCHANGE_NAME: TAKEN })
  })
  afterAll(() => refused?.close())

  /** Connections of this process to the broker that are not those of the archive that works. */
  const connections = async (): Promise<number> => {
    const port = Number(new URL(rabbit.url).port).toString(16).toUpperCase().padStart(4, '0')
    const established = new RegExp(`^ *\\d+: \\S+ 0100007F:${port} 01 `, 'gm')
    return (await readFile('/proc/net/tcp', 'utf8')).match(established)?.length ?? 0
  }
  const waiting = async () => (await refused.services.writer`select count(*)::int as n from outbox`)[0]!.n
  const said = () => refused.logged.map(({ message }) => message)

  test('leaves no connection behind, says so once, and again when it is over; nothing is lost', async () => {
    const before = await connections()
    const response = await refused.request('/frames/', { token: refused.root, json: record(20) })
    expect(response.status).toBe(201)
    await expect
      .poll(said, { timeout: 20_000 })
      .toContain('new frames cannot be announced: their messages wait in the outbox')
    // some tries, two seconds apart
    const seen: number[] = []
    for (let i = 0; i < 20; i++) {
      await pause(500)
      seen.push((await connections()) - before)
    }
    expect(Math.max(...seen)).toBeLessThanOrEqual(1)
    expect(await waiting()).toBe(1)
    const outages = refused.logged.filter(({ message }) => message.includes('cannot be announced'))
    expect(outages).toHaveLength(1)
    expect(String(outages[0]!.fields?.error)).toContain('PRECONDITION')

    await withChannel((channel) => channel.deleteExchange(TAKEN))
    await expect.poll(waiting, { timeout: 30_000 }).toBe(0)
    expect(said().filter((message) => message === 'frames are announced again')).toHaveLength(1)
    expect((await connections()) - before).toBe(1)
  })

  test('an exchange that goes while it is in use is declared again, on one connection', async () => {
    const before = await connections()
    for (let n = 21; n < 24; n++) {
      await withChannel((channel) => channel.deleteExchange(TAKEN))
      await refused.request('/frames/', { token: refused.root, json: record(n) })
      await expect.poll(waiting, { timeout: 30_000 }).toBe(0)
    }
    await expect.poll(async () => (await connections()) - before).toBeLessThanOrEqual(0)
  })
})
