import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'

/** One of many addresses of the loopback. */
export const ANY_ADDRESS = (i: number): string => `127.${1 + ((i >> 16) & 127)}.${(i >> 8) & 255}.${1 + (i & 127)}`

/**
 * Asks for details, one after the other and each on a connection of its own, as somebody who comes anew.
 * @returns milliseconds of each; Infinity: it was not answered
 */
export async function timedDetails(
  url: string,
  ids: readonly number[],
  forMs: number,
  between: () => void,
): Promise<number[]> {
  const times: number[] = []
  const until = performance.now() + forMs
  for (let i = 0; performance.now() < until; i++) {
    const begun = performance.now()
    const status = await statusOf(`${url}/frames/${ids[i % ids.length]}/`).catch(() => 0)
    times.push(status === 200 ? performance.now() - begun : Number.POSITIVE_INFINITY)
    if (i % 50 === 0) between()
    await pause(10)
  }
  return times
}

async function statusOf(url: string): Promise<number> {
  const sent = request(url, { agent: false, localAddress: '127.0.0.2', timeout: 20_000 }).end()
  sent.on('timeout', () => sent.destroy(new Error('late')))
  const [answer] = (await once(sent, 'response')) as [IncomingMessage]
  for await (const _ of answer);
  return answer.statusCode!
}
