import { AsyncLocalStorage } from 'node:async_hooks'
import type { DatabaseConfig, PostgresTarget } from '../../config/config.ts'
import { openPostgres, type Pool } from '../../database/open.ts'
import type { PoolOptions } from '../../database/types.ts'
import type { Log } from '../../log.ts'
import { openEdgeSocket } from './pg_socket.ts'

/** The pools of one request: workerd lets none use another's sockets. */
export interface Connections {
  writer: Pool
  reader: Pool
  close(): Promise<void>
}

/** A request asks one thing after the other, unless it reads while it writes. */
const CONNECTIONS = 2

/** What a pooler in front of a server turned out not to take; kept, as pools are not. */
const learnt = new WeakMap<PostgresTarget, NonNullable<PoolOptions['learnt']>>()

/** Pools for one request, which connect when it asks for something. */
export function openConnections(
  { writer: primary, reader: replica, prepare }: Extract<DatabaseConfig, { kind: 'postgres' }>,
  { warn }: Log,
): Connections {
  const open = (target: PostgresTarget, reads: boolean): Pool => {
    const known = learnt.get(target) ?? {}
    learnt.set(target, known)
    return openPostgres(target, {
      openSocket: openEdgeSocket,
      max: CONNECTIONS,
      farewell: 'none',
      prepare,
      reads,
      learnt: known,
      warn,
    })
  }
  const writer = open(primary, false)
  const reader = replica === primary ? writer : open(replica, true)
  const close = async () => {
    await Promise.all([...new Set([writer, reader])].map((pool) => pool.end({ timeout: 5 })))
  }
  return { writer, reader, close }
}

const underWay = new AsyncLocalStorage<Connections>()

/** Does some work whose statements go to these connections. */
export const withConnections = <T>(connections: Connections, work: () => Promise<T>): Promise<T> =>
  underWay.run(connections, work)

/** A pool that stands for that of whichever request is under way. */
function standIn(which: 'writer' | 'reader'): Pool {
  const own = (): Pool => {
    const connections = underWay.getStore()
    if (!connections) throw new Error('a statement belongs to no request')
    return connections[which]
  }
  const tag = (first: TemplateStringsArray, ...values: unknown[]) => own()(first, ...values)
  return Object.assign(tag, {
    unsafe: (text: string, values?: readonly unknown[]) => own().unsafe(text, values),
    begin: <T>(work: Parameters<Pool['begin']>[0]) => own().begin(work) as Promise<T>,
    withLimits: (limits: Parameters<Pool['withLimits']>[0]) => own().withLimits(limits),
    reserve: () => own().reserve(),
    end: async () => {},
  }) as unknown as Pool
}

/** What services are made on that outlive a request. */
export const standIns = { writer: standIn('writer'), reader: standIn('reader') }
