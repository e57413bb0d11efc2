/**
 * The frontend/backend protocol, version 3, as far as it has to be understood between a driver and PGlite.
 * Source: PostgreSQL's documentation, chapter "Frontend/Backend Protocol".
 */

/** What is answered as one: a packet from before the session has begun, or messages up to one that asks for an answer. */
export interface Unit {
  kind: 'startup' | 'sync' | 'flush' | 'query' | 'terminate'
  bytes: Buffer
}

export interface Framed {
  units: Unit[]
  /** What is not a whole unit yet. */
  rest: Buffer
  /** Bytes that `rest` must have before it is worth looking again. */
  need: number
}

const ENDS: Record<string, Unit['kind']> = { S: 'sync', H: 'flush', Q: 'query', X: 'terminate' }
// Of the others PGlite would wait for ever: the copy messages belong to a conversation that it cannot hold.
const HELD = 'PBDEC'
const MAX_MESSAGE = 0x3fffffff

/** Takes whole units off the front of what has come. Throws for what no driver sends. */
export function frame(bytes: Buffer, began: 'in session' | 'before session'): Framed {
  if (began === 'before session') return framePacket(bytes)
  const units: Unit[] = []
  let start = 0
  let at = 0
  for (;;) {
    if (bytes.length - at < 5) return { units, rest: bytes.subarray(start), need: at - start + 5 }
    const end = at + 1 + lengthAt(bytes, at + 1)
    if (end > bytes.length) return { units, rest: bytes.subarray(start), need: end - start }
    const type = String.fromCharCode(bytes[at]!)
    const kind = ENDS[type]
    at = end
    if (kind) {
      units.push({ kind, bytes: bytes.subarray(start, end) })
      start = end
    } else if (!HELD.includes(type)) throw new Error(`unexpected protocol message '${type}'`)
  }
}

/** One packet only: what follows it depends on what it was. */
function framePacket(bytes: Buffer): Framed {
  const need = bytes.length < 4 ? 8 : lengthAt(bytes, 0)
  if (bytes.length < need) return { units: [], rest: bytes, need }
  return { units: [{ kind: 'startup', bytes: bytes.subarray(0, need) }], rest: bytes.subarray(need), need: 0 }
}

function lengthAt(bytes: Buffer, at: number): number {
  const length = bytes.readUInt32BE(at)
  if (length < 4 || length > MAX_MESSAGE) throw new Error('not a message of the protocol')
  return length
}

/** The packets that may begin a connection. */
export const PROTOCOL_3 = 196608
export const CANCEL = 80877102
export const SSL = 80877103
export const GSS = 80877104

export const codeOfPacket = (packet: Buffer): number => (packet.length < 8 ? 0 : packet.readInt32BE(4))

/** Names and values of a startup packet. */
export function parametersOf(packet: Buffer): Map<string, string> {
  const words = packet.toString('utf8', 8).split('\0')
  const parameters = new Map<string, string>()
  for (let i = 0; i + 1 < words.length && words[i]; i += 2) parameters.set(words[i]!, words[i + 1]!)
  return parameters
}

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

/** I: outside a transaction, T: inside one, E: inside one that has failed. */
export const readyMessage = (status: 'I' | 'T' | 'E'): Buffer => message('Z', status)

export const SYNC = message('S', '')

/** Name and text of the statement of a Parse message, which begins at `at`. */
function parseAt(bytes: Buffer, at: number): { name: string; textStart: number } {
  const nameEnd = bytes.indexOf(0, at + 5)
  return { name: bytes.toString('utf8', at + 5, nameEnd), textStart: nameEnd + 1 }
}

const textFrom = (bytes: Buffer, start: number): string =>
  bytes.toString('utf8', start, Math.min(start + 4096, bytes.indexOf(0, start)))

/** The beginning of the text that a unit runs first, as far as it tells; `known`: the Parse messages of named statements. */
export function statementOf(unit: Buffer, known: Map<string, Buffer>): string {
  const type = String.fromCharCode(unit[0]!)
  if (type === 'Q') return textFrom(unit, 5)
  if (type === 'P') return textFrom(unit, parseAt(unit, 0).textStart)
  if (type !== 'B') return ''
  const portalEnd = unit.indexOf(0, 5)
  const parse = known.get(unit.toString('utf8', portalEnd + 1, unit.indexOf(0, portalEnd + 1)))
  return parse ? textFrom(parse, parseAt(parse, 0).textStart) : ''
}

/** A unit with another text in its first message, a Query or Parse. */
export function withText(unit: Buffer, text: string): Buffer {
  const end = 1 + unit.readUInt32BE(1)
  const textStart = unit[0] === 'Q'.charCodeAt(0) ? 5 : parseAt(unit, 0).textStart
  const body = Buffer.concat([
    unit.subarray(5, textStart),
    Buffer.from(text),
    unit.subarray(unit.indexOf(0, textStart), end),
  ])
  return Buffer.concat([message(String.fromCharCode(unit[0]!), body), unit.subarray(end)])
}

/** The Parse messages of a unit that make named statements, by name. */
export function* parsesOf(unit: Buffer): Generator<[name: string, parse: Buffer]> {
  for (const [at, end] of messages(unit)) {
    if (unit[at] !== 'P'.charCodeAt(0)) continue
    const { name } = parseAt(unit, at)
    if (name) yield [name, Buffer.from(unit.subarray(at, end))]
  }
}

/** The state of the transaction after an answer; null: the answer does not end in ReadyForQuery. */
export function statusOf(answer: Buffer): 'I' | 'T' | 'E' | null {
  if (answer.at(-6) !== READY || answer.readUInt32BE(answer.length - 5) !== 5) return null
  return String.fromCharCode(answer.at(-1)!) as 'I' | 'T' | 'E'
}

/** The first message of a type in an answer, or null. */
export function find(answer: Buffer, type: string): Buffer | null {
  for (const [at, end] of messages(answer)) if (answer[at] === type.charCodeAt(0)) return answer.subarray(at, end)
  return null
}

const READY = 'Z'.charCodeAt(0)

/**
 * The answer with one ReadyForQuery at its end if one was asked for, else with none. PGlite says it once too often after an error in the
 * extended protocol, and a driver would take it for the answer to its next query.
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

function* messages(answer: Buffer): Generator<[at: number, end: number]> {
  for (let at = 0; at + 5 <= answer.length; ) {
    const end = at + 1 + answer.readUInt32BE(at + 1)
    yield [at, end]
    at = end
  }
}
