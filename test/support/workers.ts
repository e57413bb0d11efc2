import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { request } from 'node:http'
import { connect, type Socket } from 'node:net'
import type { Running } from './program.ts'

/** The processes that another has started and that are still there. */
export function childrenOf(pid: number): number[] {
  const children: number[] = []
  for (const name of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8')
      const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      if (Number(parent) === pid && state !== 'Z') children.push(Number(name))
    } catch {
      // it has ended meanwhile
    }
  }
  return children.sort((a, b) => a - b)
}

export const isAlive = (pid: number): boolean => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2)[0] !== 'Z'
  } catch {
    return false
  }
}

/** The processes that serve. */
export const workersOf = ({ child }: Running): number[] => childrenOf(child.pid!)

/** The ports, at the client's end, of the connections that a process holds. */
export function clientsOf(pid: number): Set<number> {
  const inodes = new Set<string>()
  for (const fd of readdirSync(`/proc/${pid}/fd`)) {
    try {
      const [, inode] = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`)) ?? []
      if (inode) inodes.add(inode)
    } catch {
      // it was closed meanwhile
    }
  }
  const lines = readFileSync('/proc/net/tcp', 'utf8').trim().split('\n').slice(1)
  const held = lines.map((line) => line.trim().split(/\s+/)).filter((words) => inodes.has(words[9]!))
  return new Set(held.map((words) => Number.parseInt(words[2]!.split(':')[1]!, 16)))
}

/** What became of a request: its status, or the error's code. */
export interface Outcome {
  outcome: number | string
  text: string
}

/** A GET on a connection of its own. Late after 20 s, as an outcome. */
export const getOnce = (url: string, headers: Record<string, string> = {}): Promise<Outcome> =>
  new Promise((resolve) => {
    const sent = request(url, { headers, agent: false }, (answer) => {
      let text = ''
      answer.setEncoding('utf8').on('data', (more: string) => {
        text += more
      })
      answer.on('end', () => resolve({ outcome: answer.statusCode!, text }))
      answer.on('error', (error: NodeJS.ErrnoException) => resolve({ outcome: error.code ?? String(error), text }))
    })
    sent.setTimeout(20_000, () => {
      resolve({ outcome: 'late', text: '' })
      sent.destroy()
    })
    sent.on('error', (error: NodeJS.ErrnoException) => resolve({ outcome: error.code ?? String(error), text: '' }))
    sent.end()
  })

/** A connection that stays open, on which whole requests are sent one after the other. */
export interface Line {
  socket: Socket
  /** The client's port. */
  port: number
  /** Sends; the status of the next answer, or `closed`. */
  ask(text: string): Promise<number | 'closed'>
  write(text: string): void
}

export async function openLine(url: string): Promise<Line> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1').setNoDelay(true)
  await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject))
  socket.on('error', () => {})
  let text = ''
  let isClosed = false
  let look = () => {}
  socket.setEncoding('latin1').on('data', (more: string) => {
    text += more
    look()
  })
  socket.on('close', () => {
    isClosed = true
    look()
  })
  return {
    socket,
    port: socket.localPort!,
    write: (more) => void socket.write(more),
    ask: (more) =>
      new Promise((resolve) => {
        look = () => {
          const end = text.indexOf('\r\n\r\n')
          const length = Number(/\r\ncontent-length: (\d+)/i.exec(text)?.[1] ?? 0)
          if (end !== -1 && text.length >= end + 4 + length) {
            const status = Number(text.slice(9, 12))
            text = text.slice(end + 4 + length)
            resolve(status)
          } else if (isClosed) resolve('closed')
        }
        socket.write(more)
        look()
      }),
  }
}

/** The lines of a program's log. */
export const logOf = ({ stderr }: Running): Record<string, unknown>[] =>
  stderr
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Record<string, unknown>)

/** How often each message stands in the log. */
export const countOf = (running: Running, message: RegExp): number =>
  logOf(running).filter((line) => message.test(String(line.message))).length
