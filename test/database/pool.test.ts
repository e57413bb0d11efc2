import { createServer, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Pool } from '../../src/database/open.ts'
import { poolAt } from '../support/pool.ts'
import { freePort } from '../support/ports.ts'
import { startPostgres, type TestPostgres } from '../support/postgres.ts'
import { startRelay } from '../support/relay.ts'

let pg: TestPostgres
let admin: Pool
beforeAll(async () => {
  pg = await startPostgres()
  admin = poolAt(pg.url('postgres'))
})
afterAll(async () => {
  await admin?.end()
  await pg?.stop()
})

const codeOf = (error: unknown): string => String((error as { code?: unknown }).code ?? error)
const outcome = (query: PromiseLike<unknown[]>): Promise<unknown> =>
  Promise.resolve(query).then((rows) => [...(rows as Record<string, unknown>[])], codeOf)

/** A pool to a database of its own, ended after the work. */
async function using(options: Parameters<typeof poolAt>[1], work: (sql: Pool) => Promise<void>): Promise<void> {
  const sql = poolAt(await pg.createDatabase(), options)
  try {
    await work(sql)
  } finally {
    await sql.end()
  }
}

/** What ends or disturbs each session of a database but one's own. */
const disturb = async (sql: Pool, how: 'pg_cancel_backend' | 'pg_terminate_backend'): Promise<number> => {
  const [{ name }] = (await sql`select current_database() as name`) as unknown as [{ name: string }]
  const rows = await admin.unsafe<{ done: boolean }[]>(
    `select ${how}(pid) as done from pg_stat_activity where datname = '${name}' and pid <> pg_backend_pid()`,
  )
  return rows.length
}

describe('an answer goes to whoever asked', () => {
  test('when a query is cancelled in the middle of its rows, the next on that connection has its own', async () => {
    await using({}, async (sql) => {
      for (let round = 0; round < 5; round++) {
        const cut = outcome(
          sql`select i, pg_sleep(case when i = 3000 then 60 else 0 end) from generate_series(1, 3000) i`,
        )
        const cancel = () => admin`
          select pg_cancel_backend(pid) as done from pg_stat_activity
          where query like '%pg_sleep(case%' and state = 'active' and wait_event = 'PgSleep'`
        await expect.poll(cancel).toEqual([{ done: true }])
        expect(await cut).toBe('57014')
        expect(await outcome(sql`select ${round}::int as n`)).toEqual([{ n: round }])
      }
    })
  })

  test('when a table changes under prepared statements of many callers', async () => {
    await using({ max: 4 }, async (sql) => {
      await sql.unsafe(
        'create table frames (id int, level smallint); insert into frames select i, i from generate_series(1, 50) i',
      )
      let going = true
      const wrong: unknown[] = []
      const ask = async (id: number) => {
        while (going) {
          const rows = await outcome(sql`select id, level from frames where id = ${id}`)
          // a table that changes all the time may outlast the tries: that is a 503
          if (rows !== '0A000' && JSON.stringify(rows) !== JSON.stringify([{ id, level: id }])) wrong.push(rows)
        }
      }
      const askers = Array.from({ length: 30 }, (_, i) => ask(i + 1))
      for (let i = 0; i < 20; i++) {
        await sql.unsafe(`alter table frames alter column level type ${i % 2 ? 'smallint' : 'int'}`)
        await pause(20)
      }
      going = false
      await Promise.all(askers)
      expect(wrong).toEqual([])
    })
  })

  test('a statement with a stale plan is repeated with the same values', async () => {
    await using({}, async (sql) => {
      await sql.unsafe('create table things (id int, names text[], data jsonb)')
      const insert = () =>
        sql`insert into things values (${1}, ${['a', '{b}', '"']}::text[], ${{ a: 'é' } as never}::jsonb) returning *`
      const first = await outcome(insert())
      await insert()
      await sql.unsafe('alter table things alter column id type bigint')
      expect(await outcome(insert())).toEqual([{ ...(first as object[])[0], id: 1 }])
    })
  })

  test('when its connection is cut while it was idle, the next statement has a new one', async () => {
    await using({ max: 3, reads: true }, async (sql) => {
      for (let round = 0; round < 5; round++) {
        await Promise.all([1, 2, 3].map(() => sql`select pg_sleep(0.01)`))
        expect(await disturb(sql, 'pg_terminate_backend')).toBeGreaterThan(0)
        // statements of their own and transactions, of which nothing was done yet
        const ask = (i: number) => (i % 2 ? sql`select ${i}::int as n` : sql.begin((tx) => tx`select ${i}::int as n`))
        expect(await Promise.all(Array.from({ length: 20 }, (_, i) => outcome(ask(i))))).toEqual(
          Array.from({ length: 20 }, (_, n) => [{ n }]),
        )
      }
    })
  })
})

describe('a transaction', () => {
  test('is not acknowledged when the server rolls back instead', async () => {
    await using({}, async (sql) => {
      await sql.unsafe('create table kept (n int primary key deferrable initially deferred)')
      await sql`insert into kept values (1)`
      const swallowed = sql.begin(async (tx) => {
        await tx`insert into kept values (2)`
        await tx`select 1 / 0`.catch(() => {})
      })
      expect(await swallowed.catch(codeOf)).toBe('22012')
      expect(await sql.begin((tx) => tx`insert into kept values (1)`).catch(codeOf)).toBe('23505')
      expect(await outcome(sql`select n from kept`)).toEqual([{ n: 1 }])
    })
  })

  test('whose connection is lost goes on nowhere', async () => {
    await using({ max: 2 }, async (sql) => {
      await sql.unsafe('create table kept (n int)')
      const lost = sql.begin(async (tx) => {
        await tx`insert into kept values (1)`
        await disturb(sql, 'pg_terminate_backend')
        await pause(50)
        await tx`insert into kept values (2)`.catch(() => {})
        await tx`insert into kept values (3)`
      })
      expect(await lost.catch(codeOf)).toMatch(/^(CONNECTION_CLOSED|57P01)$/)
      expect(await outcome(sql`select n from kept`)).toEqual([])
    })
  })

  test('runs what is asked at once in order, and nothing after it has failed', async () => {
    await using({}, async (sql) => {
      await sql.unsafe('create table kept (n int)')
      const failed = sql.begin(async (tx) => {
        await Promise.all([tx`insert into kept values (1)`, tx`select 1 / 0`, tx`insert into kept values (2)`])
      })
      expect(await failed.catch(codeOf)).toBe('22012')
      const ids = await sql.begin((tx) =>
        Promise.all([1, 2, 3].map((n) => tx`insert into kept values (${n}) returning n`)),
      )
      expect(ids.map(([row]) => row!.n)).toEqual([1, 2, 3])
      expect(await outcome(sql`select n from kept order by n`)).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }])
    })
  })
})

describe('nobody waits for ever', () => {
  const active = async (): Promise<number> => {
    const [row] = await admin`
      select count(*)::int as n from pg_stat_activity
      where query like '%pg_sleep(30)%' and state = 'active' and pid <> pg_backend_pid()`
    return row!.n
  }

  test('what nobody waits for any more is cancelled in the database, and what waits behind it is dropped', async () => {
    await using({ max: 3 }, async (sql) => {
      const leaving = new AbortController()
      const left = sql.withLimits({ signal: leaving.signal })
      const all = Array.from({ length: 12 }, () => outcome(left`select pg_sleep(30)`))
      await expect.poll(active).toBe(3)
      leaving.abort()
      expect(new Set(await Promise.all(all))).toEqual(new Set(['Error: the client has left']))
      await expect.poll(active, { timeout: 5000 }).toBe(0)
      expect(await outcome(sql`select 1 as n`)).toEqual([{ n: 1 }])
    })
  })

  test('what is abandoned in a transaction is cancelled and rolled back, and nothing more of it is sent', async () => {
    await using({ max: 2 }, async (sql) => {
      await sql.unsafe('create table kept (n int)')
      const leaving = new AbortController()
      const left = sql.withLimits({ signal: leaving.signal })
      const running = left
        .begin(async (tx) => {
          await tx`insert into kept values (1)`
          await tx`select pg_sleep(30)`
        })
        .catch(String)
      const between = left
        .begin(async (tx) => {
          await tx`insert into kept values (2)`
          await expect.poll(active).toBe(1)
          leaving.abort()
          await tx`insert into kept values (3)`.catch(() => {})
          await tx`insert into kept values (4)`
        })
        .catch(String)
      expect(await Promise.all([running, between])).toEqual(Array(2).fill('Error: the client has left'))
      await expect.poll(active, { timeout: 5000 }).toBe(0)
      expect(await outcome(sql`select n from kept`)).toEqual([])
      const idle = () => admin`
        select query from pg_stat_activity where state like 'idle in transaction%' and pid <> pg_backend_pid()`
      await expect.poll(idle).toEqual([])
    })
  })

  test('whoever finds the queue full is refused at once, whoever waits for long a little later', async () => {
    await using({ max: 2, queue: { length: 3, perShare: 2, waitMs: 400 } }, async (sql) => {
      const leaving = new AbortController()
      const of = (share: string) => outcome(sql.withLimits({ share, signal: leaving.signal })`select pg_sleep(30)`)
      const begun = performance.now()
      const refused: [who: string, after: number][] = []
      const ask = async (share: string, who: string) => {
        expect(await of(share)).toBe('POOL_BUSY')
        refused.push([who, performance.now() - begun])
      }
      const held = [of('one'), of('two')]
      const asked = [
        ask('one', 'waits'),
        ask('one', 'waits'),
        ask('one', 'finds its share of the queue full'),
        ask('three', 'waits'),
        ask('four', 'finds the queue full'),
      ]
      await Promise.all(asked)
      expect(refused.map(([who]) => who)).toEqual([
        'finds its share of the queue full',
        'finds the queue full',
        ...Array(3).fill('waits'),
      ])
      expect(Math.min(...refused.slice(2).map(([, after]) => after))).toBeGreaterThan(350)
      // long before those who hold the connections are done
      expect(performance.now() - begun).toBeLessThan(15_000)
      leaving.abort()
      await Promise.all(held)
      await expect.poll(() => outcome(sql.withLimits({ share: 'one' })`select 1 as n`)).toEqual([{ n: 1 }])
      await expect.poll(active).toBe(0)
    })
  })

  test('all that belongs together is over by its end, in a transaction too, and nothing begins after it', async () => {
    await using({ max: 2 }, async (sql) => {
      const within = (ms: number) => sql.withLimits({ until: performance.now() + ms })
      expect(await outcome(within(300)`select pg_sleep(30)`)).toBe('QUERY_DEADLINE')
      const begun = performance.now()
      const failed = await within(600)
        .begin(async (tx) => {
          await tx`select pg_sleep(0.3)`
          await tx`select pg_sleep(30)`
        })
        .catch(codeOf)
      expect(failed).toBe('QUERY_DEADLINE')
      expect(performance.now() - begun).toBeLessThan(15_000)
      const over = within(1)
      await pause(5)
      expect(await outcome(over`select 1`)).toBe('QUERY_DEADLINE')
      await expect.poll(active, { timeout: 5000 }).toBe(0)
    })
  })

  test('whoever asks is told how long a connection was held, until what was cancelled has ended', async () => {
    await using({ max: 1 }, async (sql) => {
      const held: number[] = []
      const leaving = new AbortController()
      const counted = sql.withLimits({ held: (ms) => held.push(ms), signal: leaving.signal })
      await counted`select 1`
      await counted.begin(async (tx) => {
        await tx`select pg_sleep(0.2)`
        await tx`select pg_sleep(0.2)`
      })
      const left = outcome(counted`select pg_sleep(30)`)
      await expect.poll(active).toBe(1)
      await pause(300)
      leaving.abort()
      await left
      await expect.poll(() => held.length).toBe(3)
      expect(held[1]).toBeGreaterThan(390)
      expect(held[2]).toBeGreaterThan(290)
    })
  })

  test('a share has no more than half of the connections', async () => {
    await using({ max: 4 }, async (sql) => {
      const leaving = new AbortController()
      const of = (share: string) => sql.withLimits({ share, signal: leaving.signal })
      const greedy = Array.from({ length: 10 }, () => outcome(of('greedy')`select pg_sleep(30)`))
      await expect.poll(active).toBe(2)
      for (let i = 0; i < 5; i++) expect(await outcome(of('modest')`select 1 as n`)).toEqual([{ n: 1 }])
      expect(await active()).toBe(2)
      leaving.abort()
      await Promise.all(greedy)
      await expect.poll(active).toBe(0)
    })
  })

  test('an answer that does not come within the deadline is an error, and the statement is stopped', async () => {
    await using({ deadlineMs: 300 }, async (sql) => {
      expect(await outcome(sql`select pg_sleep(30)`)).toBe('QUERY_DEADLINE')
      expect(await outcome(sql`select 1 as n`)).toEqual([{ n: 1 }])
      await expect.poll(active, { timeout: 5000 }).toBe(0)
    })
  })

  test.each([
    ['takes connections and says nothing', () => {}, /^(QUERY_DEADLINE|CONNECT_TIMEOUT)$/],
    ['ends each connection at once', (socket: Socket) => socket.end(), /^(CONNECTION_CLOSED|ECONNRESET|EPIPE)$/],
  ])('a server that %s is an error', async (_, serve, code) => {
    const sockets: Socket[] = []
    const server = createServer((socket) => {
      sockets.push(socket.on('error', () => {}))
      serve(socket)
    })
    const port = await freePort()
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
    const sql = poolAt(`postgres://nobody@127.0.0.1:${port}/none`, { deadlineMs: 3000 })
    expect(await outcome(sql`select 1`)).toMatch(code)
    await sql.end({ timeout: 0 })
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  })
})

test('statements that come once are not prepared, and a connection prepares no more than 64', async () => {
  await using({ max: 1 }, async (sql) => {
    const statement = (i: number) => {
      const text = [`select ${i} as n, count(*)::int as prepared from pg_prepared_statements`]
      return Object.assign(text, { raw: text }) as unknown as TemplateStringsArray
    }
    let most = 0
    for (let i = 0; i < 200; i++) most = Math.max(most, (await sql(statement(i)))[0]!.prepared)
    expect(most).toBe(0)
    for (let i = 0; i < 200; i++) {
      const again = statement(i)
      for (let seen = 0; seen < 2; seen++) most = Math.max(most, (await sql(again))[0]!.prepared)
    }
    expect(most).toBeGreaterThan(30)
    expect(most).toBeLessThanOrEqual(64)
  })
})

test('a wire that cuts and delays at random gives right answers or errors', async () => {
  const relay = await startRelay(Number(new URL(pg.url('postgres')).port))
  relay.trouble = { delay: 0.2, cut: 0.05 }
  const sql = poolAt(`postgres://postgres@127.0.0.1:${relay.port}/postgres`, { max: 5, deadlineMs: 4000 })
  const wrong: unknown[] = []
  let right = 0
  await Promise.all(
    Array.from({ length: 30 }, async (_, who) => {
      for (let i = 0; i < 30; i++) {
        const rows = await outcome(sql`select ${who}::int as who, x from generate_series(1, ${i}::int) x`)
        const isRight =
          Array.isArray(rows) && rows.length === i && rows.every((row, at) => row.who === who && row.x === at + 1)
        if (isRight) right++
        else if (!/^(CONNECTION_CLOSED|ECONNRESET|EPIPE|QUERY_DEADLINE|POOL_BUSY)$/.test(String(rows))) wrong.push(rows)
      }
    }),
  )
  expect(wrong).toEqual([])
  expect(right).toBeGreaterThan(300)
  await sql.end({ timeout: 1 })
  await relay.close()
})
