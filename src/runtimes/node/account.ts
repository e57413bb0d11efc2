import { type IncomingMessage, ServerResponse } from 'node:http'
import { REQUEST_ID } from '../../http/answer_headers.ts'
import { openAccount, type RequestAccount, type RequestListener } from '../../telemetry.ts'

/** An answer of Node's server that keeps the account of its request. */
export class AccountedResponse extends ServerResponse {
  /** Set before anything is answered. */
  account!: RequestAccount
  #bytes = 0

  override writeHead(status: number, ...words: unknown[]): this {
    const headers = words.at(-1)
    // what never reached the app does not carry it yet
    if (!(headers && typeof headers === 'object' && REQUEST_ID in headers)) this.setHeader(REQUEST_ID, this.account.id)
    return super.writeHead(status, ...(words as []))
  }

  override write(chunk: unknown, ...words: unknown[]): boolean {
    this.#count(chunk)
    return super.write(chunk, ...(words as []))
  }

  override end(chunk?: unknown, ...words: unknown[]): this {
    this.#count(chunk)
    return super.end(chunk, ...(words as []))
  }

  /** Ends the account. */
  settle(): void {
    const isWhole = this.writableFinished
    const bytes = isWhole ? this.#bytes : Math.max(0, this.#bytes - this.writableLength)
    const isHead = this.account.method === 'HEAD'
    this.account.end(this.headersSent ? this.statusCode : null, isHead ? 0 : bytes, isWhole ? 'whole' : 'broken off')
  }

  // its socket's bytesWritten counts other answers too
  #count(chunk: unknown): void {
    if (chunk instanceof Uint8Array) this.#bytes += chunk.byteLength
    else if (typeof chunk === 'string') this.#bytes += Buffer.byteLength(chunk)
  }
}

/** Opens the account of a request that Node has taken; it ends when the answer was sent or broken off. */
export function keepAccount(
  { headers, method, url }: IncomingMessage,
  response: AccountedResponse,
  listeners: readonly RequestListener[],
): void {
  response.account = openAccount((name) => headers[name] as string | undefined, method ?? null, url ?? null, listeners)
  response.once('close', settle)
}

function settle(this: AccountedResponse): void {
  this.settle()
}
