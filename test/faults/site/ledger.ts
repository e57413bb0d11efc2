/** The requests of one kind since the ledger was opened anew. */
export interface Tally {
  asked: number
  /** By what went wrong: a status, or the network's word. */
  errors: Map<string, number>
  /** When one of them last failed or succeeded, as Date.now(). */
  failedAt: number
  succeededAt: number
}

/** What an answer was: as it should be, an error (which is allowed), or wrong. */
export type Verdict = { is: 'right' } | { is: 'error'; word: string } | { is: 'lie'; what: string }

export interface Answer {
  status: number
  bytes: Uint8Array
  text: string
  json(): never
}

/** Keeps account of all requests, and of each answer that was wrong. */
export class Ledger {
  readonly lies: string[] = []
  readonly tallies = new Map<string, Tally>()
  /** When the last part was killed, as Date.now(). */
  killedAt = 0

  /** A part is killed now: forgets the counts, not the lies. */
  begin(): void {
    this.killedAt = Date.now()
    for (const tally of this.tallies.values()) Object.assign(tally, { asked: 0, errors: new Map() })
  }

  lie(what: string): void {
    if (this.lies.length < 1000) this.lies.push(`${new Date().toISOString()} ${what}`)
  }

  /** Notes an outcome of a kind of request. */
  note(kind: string, verdict: Verdict): void {
    const none: Tally = { asked: 0, errors: new Map(), failedAt: 0, succeededAt: 0 }
    const tally = this.tallies.get(kind) ?? none
    this.tallies.set(kind, tally)
    tally.asked++
    if (verdict.is === 'lie') this.lie(`${kind}: ${verdict.what}`)
    if (verdict.is === 'right') tally.succeededAt = Date.now()
    if (verdict.is !== 'error') return
    tally.failedAt = Date.now()
    tally.errors.set(verdict.word, (tally.errors.get(verdict.word) ?? 0) + 1)
  }

  /**
   * Sends a request and judges its answer.
   * @param judge what is wrong with an answer that is no error; null: nothing
   * @returns the answer, or null for an error
   */
  async ask(
    kind: string,
    url: string,
    init: RequestInit,
    judge: (answer: Answer) => string | null,
  ): Promise<Answer | null> {
    let answer: Answer
    try {
      const response = await fetch(url, { ...init, signal: AbortSignal.timeout(PATIENCE_MS) })
      answer = read(response.status, new Uint8Array(await response.arrayBuffer()))
    } catch (error) {
      this.note(kind, { is: 'error', word: wordOf(error as Error) })
      return null
    }
    const { status, text } = answer
    if (status >= 502 || status === 429) {
      this.note(kind, { is: 'error', word: String(status) })
      return null
    }
    const wrong = judge(answer)
    if (wrong === null) this.note(kind, { is: 'right' })
    else
      this.note(kind, { is: 'lie', what: `${init.method ?? 'GET'} ${url}: ${wrong}: ${status} ${text.slice(0, 300)}` })
    return answer
  }
}

const PATIENCE_MS = 40_000

function read(status: number, bytes: Uint8Array): Answer {
  const text = new TextDecoder().decode(bytes.subarray(0, 1_000_000))
  return { status, bytes, text, json: () => JSON.parse(text) as never }
}

function wordOf(error: Error): string {
  const cause = error.cause as { code?: string } | undefined
  return cause?.code ?? (error.name === 'TimeoutError' ? 'late' : error.name)
}
