/**
 * The frontend/backend protocol, version 3, as far as it has to be understood between a driver and
 * PGlite. Source: PostgreSQL's documentation, chapter "Frontend/Backend Protocol".
 */

/** Messages up to one that asks for an answer. */
export interface Unit {
  kind: 'sync' | 'flush' | 'query' | 'terminate'
  bytes: Buffer
}

const ENDS: Record<string, Unit['kind']> = { S: 'sync', H: 'flush', Q: 'query', X: 'terminate' }
// Of the others PGlite would wait for ever: the copy messages belong to a conversation that it
// cannot hold.
const HELD = 'PBDEC'
const MAX_MESSAGE = 0x3fffffff

/** Takes whole units off the front of what has come. Throws for what no driver sends. */
export function frame(bytes: Buffer): { units: Unit[]; rest: Buffer } {
  const units: Unit[] = []
  let start = 0
  for (const [at, end] of messages(bytes)) {
    const type = String.fromCharCode(bytes[at]!)
    const kind = ENDS[type]
    if (kind) {
      units.push({ kind, bytes: bytes.subarray(start, end) })
      start = end
    } else if (!HELD.includes(type)) throw new Error(`unexpected protocol message '${type}'`)
  }
  return { units, rest: bytes.subarray(start) }
}

/** The packet with which a connection begins; null: it is not whole yet. */
export function frameStartup(bytes: Buffer): Buffer | null {
  const isWhole = bytes.length >= 8 && bytes.length >= lengthAt(bytes, 0)
  return isWhole ? bytes.subarray(0, lengthAt(bytes, 0)) : null
}

/** Names and values of a startup packet. */
export function parametersOf(packet: Buffer): Map<string, string> {
  const words = packet.toString('utf8', 8).split('\0')
  const parameters = new Map<string, string>()
  for (let i = 0; i + 1 < words.length && words[i]; i += 2) parameters.set(words[i]!, words[i + 1]!)
  return parameters
}

const PROTOCOL_3 = 196608

export function startupPacket(parameters: Record<string, string>): Buffer {
  const body = Buffer.from(`${Object.entries(parameters).flat().join('\0')}\0\0`)
  const head = Buffer.alloc(8)
  head.writeInt32BE(body.length + 8, 0)
  head.writeInt32BE(PROTOCOL_3, 4)
  return Buffer.concat([head, body])
}

export function message(type: string, body: string | Buffer): Buffer {
  const content = Buffer.from(body)
  const head = Buffer.alloc(5)
  head.write(type, 'latin1')
  head.writeInt32BE(content.length + 4, 1)
  return Buffer.concat([head, content])
}

export const queryMessage = (text: string): Buffer => message('Q', `${text}\0`)

export const errorMessage = (severity: 'ERROR' | 'FATAL', code: string, text: string): Buffer =>
  message('E', `S${severity}\0V${severity}\0C${code}\0M${text}\0\0`)

export const SYNC = message('S', '')

/** Ready, outside a transaction. */
export const READY_IDLE = message('Z', 'I')

/** The beginning of the text of a unit's first message, if that is a Query or Parse. */
export function statementOf(unit: Buffer): string {
  const type = String.fromCharCode(unit[0]!)
  if (type !== 'Q' && type !== 'P') return ''
  const start = type === 'Q' ? 5 : unit.indexOf(0, 5) + 1
  return unit.toString('utf8', start, Math.min(start + 4096, unit.indexOf(0, start)))
}

/** The first message of a type in an answer, or null. */
export function find(answer: Buffer, type: string): Buffer | null {
  for (const [at, end] of messages(answer)) if (answer[at] === type.charCodeAt(0)) return answer.subarray(at, end)
  return null
}

const READY = 'Z'.charCodeAt(0)

/**
 * The answer with one ReadyForQuery at its end if one was asked for, else with none. PGlite says it
 * once too often after an error in the extended protocol, and a driver would take it for the answer
 * to its next query. To go when electric-sql/pglite#958 is mended.
 */
export function settleReady(answer: Buffer, asked: boolean): Buffer {
  const found = [...messages(answer)].filter(([at]) => answer[at] === READY)
  if (found.length === (asked ? 1 : 0)) return answer
  const parts: Buffer[] = []
  let from = 0
  for (const [at, end] of asked ? found.slice(0, -1) : found) {
    parts.push(answer.subarray(from, at))
    from = end
  }
  return Buffer.concat([...parts, answer.subarray(from)])
}

/** Where each whole message begins and ends. */
function* messages(bytes: Buffer): Generator<[at: number, end: number]> {
  for (let at = 0; at + 5 <= bytes.length; ) {
    const end = at + 1 + lengthAt(bytes, at + 1)
    if (end > bytes.length) return
    yield [at, end]
    at = end
  }
}

function lengthAt(bytes: Buffer, at: number): number {
  const length = bytes.readUInt32BE(at)
  if (length < 4 || length > MAX_MESSAGE) throw new Error('not a message of the protocol')
  return length
}
