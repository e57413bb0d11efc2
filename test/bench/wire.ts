import { startRelay } from '../support/relay.ts'

/** A query as it went to the server: the text, and the values bound to $1, $2, …; null is SQL's. */
export interface Sent {
  text: string
  parameters: (string | null)[]
}

/** What clients sent through a wire since `clear`. */
export interface Wire {
  port: number
  /** How often a client waited for the server: Sync and simple queries. */
  roundTrips: number
  /** The statements executed, in order. */
  sent: Sent[]
  clear(): void
  close(): Promise<void>
}

/**
 * A relay before a PostgreSQL server on the loopback that reads along: evidence of what a program sends, whatever its driver tells.
 * Understands what unencrypted clients of protocol 3 send.
 */
export async function openWire(target: number): Promise<Wire> {
  const wire: Wire = {
    port: 0,
    roundTrips: 0,
    sent: [],
    clear() {
      wire.roundTrips = 0
      wire.sent = []
    },
    close: () => relay.close(),
  }
  const relay = await startRelay(target, { watch: () => reader(wire) })
  wire.port = relay.port
  return wire
}

/** Reads the messages of one connection, however the network cut them. */
function reader(wire: Wire): (chunk: Buffer) => void {
  const statements = new Map<string, string>()
  const bound = new Map<string, Sent>()
  let rest: Buffer = Buffer.alloc(0)
  let started = false
  const take = (type: string, body: Buffer) => {
    if (type === 'S') wire.roundTrips++
    else if (type === 'Q') {
      wire.roundTrips++
      wire.sent.push({ text: textAt(body, 0).text, parameters: [] })
    } else if (type === 'P') {
      const name = textAt(body, 0)
      statements.set(name.text, textAt(body, name.end).text)
    } else if (type === 'B') {
      const portal = textAt(body, 0)
      const statement = textAt(body, portal.end)
      bound.set(portal.text, { text: statements.get(statement.text)!, parameters: parameters(body, statement.end) })
    } else if (type === 'E') wire.sent.push(bound.get(textAt(body, 0).text)!)
  }
  return (chunk) => {
    rest = Buffer.concat([rest, chunk])
    for (;;) {
      // the first message of a connection has no type
      const head = started ? 1 : 0
      if (rest.length < head + 4) return
      const end = head + rest.readInt32BE(head)
      if (rest.length < end) return
      if (started) take(String.fromCharCode(rest[0]!), rest.subarray(head + 4, end))
      started = true
      rest = rest.subarray(end)
    }
  }
}

function textAt(body: Buffer, start: number): { text: string; end: number } {
  const end = body.indexOf(0, start)
  return { text: body.toString('utf8', start, end), end: end + 1 }
}

function parameters(body: Buffer, start: number): Sent['parameters'] {
  let at = start + 2 + 2 * body.readInt16BE(start)
  const values: Sent['parameters'] = []
  const count = body.readInt16BE(at)
  at += 2
  for (let i = 0; i < count; i++) {
    const length = body.readInt32BE(at)
    at += 4
    values.push(length < 0 ? null : body.toString('utf8', at, at + length))
    at += Math.max(length, 0)
  }
  return values
}
