import assert from 'node:assert/strict'
import { parseArgs } from 'node:util'
import { connect } from 'amqplib'
import { migrate } from '../../src/database/migrations/migrate.ts'
import type { Pool } from '../../src/database/open.ts'
import { createRabbitExchange } from '../../src/messages/rabbitmq.ts'
import { createSender } from '../../src/messages/send.ts'
import { claim, release } from '../../src/queries/outbox.ts'
import { readJson } from '../support/data.ts'
import { silent } from '../support/log.ts'
import { poolAt } from '../support/pool.ts'
import { startPostgres } from '../support/postgres.ts'
import { testRabbit } from '../support/rabbitmq.ts'
import { median } from './median.ts'

const help = `npm run bench:outbox: how fast the outbox is sent after an outage, and what a claim costs at that depth

Usage: npm run bench:outbox -- [--messages N] [--senders S] [--held]

On a PostgreSQL and a RabbitMQ of its own: messages with the headers of a real frame, two of each frame, published to an exchange with one
durable queue of at most a thousand messages, whose oldest are dropped. Checks first that the order of each frame is kept.

  --messages N   messages that wait; 100000 unless given
  --senders S    senders in this process at a time; 1 unless given
  --held         meanwhile a transaction stays open, as of a backup, so that nothing that was deleted can be removed
`

const say = (line: string): void => void process.stdout.write(`${line}\n`)
const EXCHANGE = 'archived_fits'

const sample = readJson<Record<string, { record?: { headers: Record<string, unknown> } }>>('fits', 'records.json')
const { headers } = Object.values(sample)
  .flatMap(({ record }) => (record ? [record] : []))
  .find(({ headers }) => Object.keys(headers).length >= 100)!

/** Writes messages, two of each frame. */
async function fill(sql: Pool, messages: number): Promise<void> {
  const frames = Math.ceil(messages / 2)
  for (let from = 1; from <= messages; from += 5000)
    await sql`
      with m as (
        select n, n % ${frames}::bigint as frame, now() - interval '1 hour' + n * interval '1 millisecond' as at
        from generate_series(${from}::bigint, ${Math.min(messages, from + 4999)}::bigint) n)
      insert into outbox (frame_id, message, created, next_try)
      select frame, ${JSON.stringify(headers)}::text::jsonb || jsonb_build_object('frameid', frame, 'basename', 'frame-' || n), at, at
      from m order by n`
}

/** Sends until nothing is left; seconds. */
async function drain(sql: Pool, url: string, senders: number): Promise<number> {
  const began = performance.now()
  await Promise.all(
    Array.from({ length: senders }, async () => {
      const exchange = createRabbitExchange(url, EXCHANGE)
      const send = createSender(sql, exchange, silent)
      for (;;) {
        const { claimed, away } = await send()
        assert.equal(away, null)
        if (claimed === 0) break
      }
      await exchange.close()
    }),
  )
  return (performance.now() - began) / 1000
}

/** That the queue has every message once, those of one frame in their order. */
async function checkOrder(sql: Pool, url: string): Promise<void> {
  const connection = await connect(url)
  const channel = await connection.createChannel()
  await channel.assertExchange(EXCHANGE, 'fanout', { durable: true })
  const { queue } = await channel.assertQueue('', { exclusive: true })
  await channel.bindQueue(queue, EXCHANGE, '')
  await fill(sql, 2000)
  await drain(sql, url, 3)
  const seen = new Map<number, string[]>()
  for (
    let message = await channel.get(queue, { noAck: true });
    message;
    message = await channel.get(queue, { noAck: true })
  ) {
    const { frameid, basename } = JSON.parse(message.content.toString('utf8')) as { frameid: number; basename: string }
    seen.set(frameid, [...(seen.get(frameid) ?? []), basename])
  }
  assert.equal(seen.size, 1000)
  for (const [frame, names] of seen)
    assert.deepEqual(names, frame === 0 ? ['frame-1000', 'frame-2000'] : [`frame-${frame}`, `frame-${frame + 1000}`])
  await connection.close()
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      help: { type: 'boolean', default: false },
      messages: { type: 'string', default: '100000' },
      senders: { type: 'string', default: '1' },
      held: { type: 'boolean', default: false },
    },
  })
  if (values.help) return say(help)
  const [messages, senders] = [Number(values.messages), Number(values.senders)]
  const rabbit = await testRabbit()
  const [database] = await Promise.all([startPostgres(), rabbit.start()])
  const url = await database.createDatabase()
  const [sql, other] = [poolAt(url, { max: 8 }), poolAt(url, { max: 1 })]
  try {
    await migrate(sql)
    await checkOrder(sql, rabbit.url)
    const connection = await connect(rabbit.url)
    const channel = await connection.createChannel()
    await channel.assertQueue('pipeline', { durable: true, arguments: { 'x-max-length': 1000 } })
    await channel.bindQueue('pipeline', EXCHANGE, '')
    await fill(sql, messages)
    const [size] =
      await sql`select pg_size_pretty(pg_total_relation_size('outbox')) as size, length(message::text) as bytes from outbox limit 1`
    say(`${messages} messages of ${size!.bytes} bytes wait: a table of ${size!.size}`)
    const claims: number[] = []
    for (let i = 0; i < 5; i++) {
      const began = performance.now()
      const rows = await claim(sql, 250, 8e6)
      claims.push(performance.now() - began)
      await release(
        sql,
        rows.map(({ id }) => id),
      )
    }
    say(`a claim of 250 of them: ${median(claims).toFixed(1)} ms`)
    const held = values.held ? await other.reserve() : null
    if (held) await held`begin isolation level repeatable read`
    if (held) await held`select count(*) from frames`
    const before = process.cpuUsage()
    const seconds = await drain(sql, rabbit.url, senders)
    const { user, system } = process.cpuUsage(before)
    if (held) await held`commit`
    held?.release()
    say(
      `sent by ${senders} at a time in ${seconds.toFixed(1)} s: ${Math.round(messages / seconds)} a second; this process was busy for ${((user + system) / 1e6).toFixed(1)} s`,
    )
    await connection.close()
  } finally {
    await Promise.all([sql.end(), other.end()])
    await Promise.all([rabbit.stop(), database.stop()])
    rabbit.remove()
  }
}

await main()
