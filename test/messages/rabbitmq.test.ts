import { readFile } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { type Channel, type ChannelModel, connect } from 'amqplib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { drainOutbox } from '../../src/messages/drain.ts'
import { createRabbitExchange } from '../../src/messages/rabbitmq.ts'
import { count, list, retry } from '../../src/queries/outbox.ts'
import { type TestArchive, testArchive } from '../support/archive.ts'
import { bulk, ndjson } from '../support/bulk.ts'
import { silent } from '../support/log.ts'
import { freePort } from '../support/ports.ts'
import { MAX_MESSAGE, type TestRabbit, testRabbit } from '../support/rabbitmq.ts'

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
    messageId: expect.stringMatching(/^\d+-\d{16}$/),
    timestamp: expect.any(Number),
    appId: 'platestack',
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
  await expect
    .poll(() => archive.logged.map((l) => l.message), { timeout: 20_000 })
    .toContain('new frames cannot be announced: their messages wait in the outbox')
  // as after three days: the broker's absence is no fault of a message
  const three = archive.services.writer`
    update outbox set created = created - interval '3 days', next_try = next_try - interval '3 days'`
  expect((await three).count).toBe(ids.length)
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

/** Writes messages into the outbox as the frames' transactions do, `[frame, word, more]` each. */
const announce = async (messages: (readonly [frame: number | null, word: string, more?: object])[]) => {
  for (const [frame, word, more] of messages)
    await archive.services.writer`
      insert into outbox (message) values (${JSON.stringify({ frameid: frame, basename: word, ...more })}::text::jsonb)`
  archive.services.events!.wake()
}
const heard = new Set<unknown>()
/** The words that come until `n` are there which had not come before, in the order of their first coming: each is sent at least once. */
async function words(n: number): Promise<string[]> {
  const fresh: unknown[] = []
  while (fresh.length < n)
    for (const { content } of await received(1)) {
      if (!heard.has(content.basename)) fresh.push(content.basename)
      heard.add(content.basename)
    }
  return fresh as string[]
}
const inOutbox = async () => (await list(archive.services.writer, 1000)).map(({ basename, state }) => [basename, state])

test('what several send at once, over a restart of the broker, keeps the order of each frame', async () => {
  const others = [1, 2].map(() =>
    drainOutbox(archive.services.writer, createRabbitExchange(rabbit.url, EXCHANGE), silent),
  )
  try {
    const names = (from: number, to: number) =>
      Array.from({ length: 40 * (to - from) }, (_, i) => [i % 40, `${i % 40} ${from + Math.floor(i / 40)}`] as const)
    const first = announce(names(0, 10))
    await pause(50)
    await rabbit.stop()
    await first
    const last = announce(names(10, 15))
    await rabbit.start()
    await last
    const seen = await words(600)
    await expect.poll(inOutbox, { timeout: 60_000 }).toEqual([])
    for (let frame = 0; frame < 40; frame++)
      expect(seen.filter((word) => word.startsWith(`${frame} `))).toEqual(
        Array.from({ length: 15 }, (_, i) => `${frame} ${i}`),
      )
  } finally {
    await Promise.all(others.map((other) => other.close()))
  }
}, 180_000)

describe('a message that the broker does not take', () => {
  const sql = () => archive.services.writer
  const makeDue = () => sql()`update outbox set next_try = now() where dead is null and claimed is null`

  test('holds up nobody but the later ones of its frame, is a dead letter after a day, and is sent when it is told to be', async () => {
    const frames = Array.from({ length: 10 }, (_, i) => [100 + i, `beside ${i}`] as const)
    const large = [7, 'large', { FILLING: 'x'.repeat(MAX_MESSAGE) }] as const
    await announce([...frames.slice(0, 5), large, [7, 'later'], ...frames.slice(5)])
    expect(new Set(await words(10))).toEqual(new Set(frames.map(([, word]) => word)))
    await expect.poll(inOutbox, { timeout: 20_000 }).toEqual(
      expect.arrayContaining([
        ['large', 'refused'],
        ['later', 'waiting'],
      ]),
    )
    expect(await list(sql(), 10)).toContainEqual(
      expect.objectContaining({ frame: '7', basename: 'large', error: expect.stringContaining('larger than') }),
    )
    // it is tried again, and does not become a dead letter before its day is over
    await sql()`update outbox set refused = now() - interval '23 hours' where refused is not null`
    await makeDue()
    const tries = async () => (await list(sql(), 10)).find(({ basename }) => basename === 'large')!.attempts
    await expect.poll(tries, { timeout: 20_000 }).toBeGreaterThan(1)
    await expect.poll(inOutbox, { timeout: 20_000 }).toContainEqual(['large', 'refused'])
    await sql()`update outbox set refused = now() - interval '25 hours' where refused is not null`
    await makeDue()
    await expect.poll(inOutbox, { timeout: 20_000 }).toEqual([['large', 'dead']])
    expect(await words(1)).toEqual(['later'])
    expect(await count(sql())).toEqual({ waiting: 0, dead: 1, oldest: null })
    expect(archive.logged.filter(({ level }) => level === 'error')).toEqual([
      {
        level: 'error',
        message: 'a message is a dead letter: the broker has refused it for a day (platestack outbox)',
        fields: expect.objectContaining({ frame: '7', basename: 'large' }),
      },
    ])
    // as after the limit was raised
    await sql()`update outbox set message = message - 'FILLING'`
    expect(await retry(sql(), 'dead')).toBe(1)
    expect(await words(1)).toEqual(['large'])
    await expect.poll(inOutbox, { timeout: 20_000 }).toEqual([])
  })

  test('because a queue is full: waits like all others, for as long as it takes', async () => {
    const full = { durable: true, arguments: { 'x-max-length': 1, 'x-overflow': 'reject-publish' } }
    await withChannel(async (channel) => {
      await channel.assertQueue('full', full)
      await channel.bindQueue('full', EXCHANGE, '')
    })
    await announce([[1, 'filling']])
    await words(1)
    await announce([
      [1, 'one'],
      [2, 'two'],
      [3, 'three'],
    ])
    const nacked = () => sql()`select count(*)::int as n from outbox where error like '%nack%'`
    await expect.poll(async () => (await nacked())[0]!.n, { timeout: 20_000 }).toBe(3)
    expect((await sql()`select from outbox where attempts > 0 and refused is null`).count).toBe(3)
    // also as one by one, a day later: what comes alone says nothing of others
    await sql()`update outbox set refused = now() - interval '2 days', attempts = 1, next_try = now() where message ->> 'basename' = 'two'`
    await expect
      .poll(async () => (await sql()`select from outbox where message ->> 'basename' = 'two' and attempts > 1`).count, {
        timeout: 20_000,
      })
      .toBeGreaterThan(0)
    expect((await count(sql())).dead).toBe(0)
    await withChannel((channel) => channel.deleteQueue('full'))
    // what is bound beside the full queue had them already, and gets them again
    await expect.poll(inOutbox, { timeout: 30_000 }).toEqual([])
    expect(new Set(await words(3))).toEqual(new Set(['one', 'two', 'three']))
  })

  test('because it is in alarm: waits until the alarm is over, which is said', async () => {
    await rabbit.control('set_vm_memory_high_watermark', '0.0000001')
    await announce([
      [1, 'in alarm'],
      [1, 'after it'],
    ])
    const other = createRabbitExchange(rabbit.url, EXCHANGE)
    const published = other.publish([{ id: '1', text: '{"basename":"in alarm"}', created: 0 }])
    expect(await published).toMatchObject({ receipts: ['unknown'], error: expect.stringContaining('in alarm') })
    await expect(other.connect()).rejects.toThrow('the broker is in alarm and takes no messages: low on memory')
    expect(await inOutbox()).toEqual([
      ['in alarm', 'waiting'],
      ['after it', 'waiting'],
    ])
    await rabbit.control('set_vm_memory_high_watermark', '0.4')
    await expect.poll(inOutbox, { timeout: 30_000 }).toEqual([])
    expect(await words(2)).toEqual(['in alarm', 'after it'])
    // the connection was kept
    await expect.poll(() => other.connect().then(() => 'usable', String), { timeout: 20_000 }).toBe('usable')
    await other.close()
  }, 120_000)
})

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

test('of several brokers the next takes over from one that cannot be reached', async () => {
  const exchange = createRabbitExchange(`amqp://127.0.0.1:${await freePort()};${rabbit.url}`, EXCHANGE)
  try {
    await exchange.connect()
  } finally {
    await exchange.close()
  }
})
