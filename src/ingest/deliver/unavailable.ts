/** What is needed cannot be had now, and may be later: worth another try. The message is for people. */
export class Unavailable extends Error {
  override readonly name = 'Unavailable'
  /** What the other side asks to wait, in seconds; null: it does not say. */
  readonly retryAfterS: number | null

  constructor(reason: string, retryAfterS: number | null = null) {
    super(reason)
    this.retryAfterS = retryAfterS
  }
}
