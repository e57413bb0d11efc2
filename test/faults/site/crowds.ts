import { fork } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { median } from '../../bench/median.ts'
import { childrenOf } from '../../support/workers.ts'
import { ANY_ADDRESS, timedDetails } from './honest.ts'
import { type Known, SECRET } from './records.ts'
import type { Site } from './site.ts'

/** Those who are many: what they are called, and how many at a time. */
export const CROWDS = {
  'slow clients': 10_000,
  'stalled downloads': 1000,
  aggregates: 100,
  'wrong passwords': 100,
} as const
export type Crowd = keyof typeof CROWDS

/** What a crowd process is told. */
interface Orders {
  crowd: Crowd
  size: number
  port: number
  /** Public frames; the first has a large file. */
  ids: number[]
}

/** What details took meanwhile, and by how much memory grew, in megabytes. */
export interface CrowdOutcome {
  where: string
  crowd: Crowd
  /** How many were there at once, as far as the crowd itself knows. */
  size: number
  details: number
  refused: number
  median_ms: number
  archiveMb: number
  /** Answers to the crowd in which something proprietary was. */
  leaks: number
}

/** Lets a crowd come for so long, through nginx or to the archive itself, and asks for details meanwhile. */
export async function withstand(
  site: Site,
  program: string,
  crowd: Crowd,
  { size, through, forMs }: { size: number; through: 'nginx' | 'archive'; forMs: number },
  known: readonly Known[],
): Promise<CrowdOutcome> {
  const url = through === 'nginx' ? site.url : site.archive.url
  const ids = known.filter(({ isSecret }) => !isSecret).map(({ id }) => id)
  const before = memoryOf(site)
  const clients = fork(program, ['crowd'])
  const gone = once(clients, 'exit')
  clients.send({ crowd, size, port: Number(new URL(url).port), ids } satisfies Orders)
  const [held] = (await once(clients, 'message')) as [number]
  let archiveMb = 0
  const times = await timedDetails(url, ids, forMs, () => {
    archiveMb = Math.max(archiveMb, memoryOf(site) - before)
  })
  const answered = times.filter(Number.isFinite).length
  clients.send('end')
  const [leaks] = (await once(clients, 'message')) as [number]
  clients.kill('SIGKILL')
  await gone
  return {
    where: through,
    crowd,
    size: held,
    details: answered,
    refused: times.length - answered,
    median_ms: median(times) ?? Number.POSITIVE_INFINITY,
    archiveMb: Math.round(archiveMb),
    leaks,
  }
}

/** Megabytes that the archive's processes have for themselves. */
function memoryOf({ archive }: Site): number {
  let total = 0
  for (const pid of [archive.pid(), ...childrenOf(archive.pid())])
    total += Number(/^Pss_Anon:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1'))?.[1] ?? 0)
  return total / 1024
}

/** Runs a crowd in this process until it is told to end. */
export async function runCrowd(): Promise<void> {
  const [orders] = (await once(process, 'message')) as [Orders]
  let leaks = 0
  const look = (text: string) => {
    if (text.includes(SECRET)) leaks++
  }
  const held = await ACTS[orders.crowd](orders, look)
  process.send!(held)
  await once(process, 'message')
  process.send!(leaks)
}

type Act = (orders: Orders, look: (text: string) => void) => Promise<number>

const ACTS: Record<Crowd, Act> = {
  // each sends the first lines of a request, and a byte of its headers now and then
  'slow clients': ({ size, port }) =>
    holdMany(size, port, async (socket) => {
      socket.write('GET /frames/ HTTP/1.1\r\nHost: archive\r\nX-Slow: ')
      const more = setInterval(() => socket.write('a'), 5000)
      socket.once('close', () => clearInterval(more))
    }),
  // each takes the first bytes of a ZIP, and no more
  'stalled downloads': ({ size, port, ids }) =>
    holdMany(size, port, async (socket) => {
      const body = JSON.stringify({ frame_ids: ids.slice(0, 1) })
      socket.write(
        `POST /frames/zip/ HTTP/1.1\r\nHost: archive\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      )
      await once(socket, 'data')
      socket.pause()
    }),
  aggregates: (orders, look) =>
    flood(orders, look, (n) => ({
      path: `/frames/aggregate/?start=2016-01-01T00:00&end=2016-12-${10 + (n % 20)}T00:${10 + (n % 50)}&public=true`,
    })),
  'wrong passwords': (orders, look) =>
    flood(orders, look, (n) => ({
      path: '/api-token-auth/',
      body: new URLSearchParams({ username: n % 2 ? 'gandalf' : `somebody${n}`, password: `wrong-${n}` }),
    })),
}

/**
 * Opens connections from many addresses; those that are closed come again.
 * @param begin lets one of them begin, until it is as it stays
 * @returns how many are as they stay, once all are or after a minute
 */
async function holdMany(size: number, port: number, begin: (socket: Socket) => Promise<unknown>): Promise<number> {
  const steady = new Set<Socket>()
  const come = (i: number) => {
    const socket = connect({ port, host: '127.0.0.1', localAddress: ANY_ADDRESS(i) })
    socket.on('error', () => {})
    socket.once('connect', () =>
      begin(socket).then(
        () => steady.add(socket),
        () => {},
      ),
    )
    socket.once('close', () => {
      steady.delete(socket)
      setTimeout(() => come(i), 1000)
    })
  }
  for (let i = 0; i < size; i++) {
    come(i)
    if (i % 100 === 99) await pause(20)
  }
  for (const until = Date.now() + 60_000; steady.size < size && Date.now() < until; ) await pause(200)
  return steady.size
}

/** Sends requests from many addresses, so many at a time, for as long as the process is there. */
async function flood(
  { size, port }: Orders,
  look: (text: string) => void,
  requestOf: (n: number) => { path: string; body?: URLSearchParams },
): Promise<number> {
  let next = 0
  const one = async () => {
    for (;;) {
      const n = next++
      const { path, body } = requestOf(n)
      const headers = { 'x-forwarded-for': `10.${(n >> 16) & 255}.${(n >> 8) & 255}.${n & 255}` }
      await fetch(`http://127.0.0.1:${port}${path}`, { headers, ...(body && { method: 'POST', body }) })
        .then(async (answer) => look(await answer.text()))
        .catch(() => pause(50))
    }
  }
  for (let i = 0; i < size; i++) void one()
  await pause(1000)
  return size
}
