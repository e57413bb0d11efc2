/** Where new frames are announced. */
export interface Exchange {
  /** Publishes messages in order and answers when the broker has confirmed all of them; throws when it has not. */
  publish(messages: readonly string[]): Promise<void>
  close(): Promise<void>
}

/** The sender of the outbox. */
export interface Events {
  /** There is something new in the outbox: send it now rather than at the next look. */
  wake(): void
  /** Ends after the batch in flight. */
  close(): Promise<void>
}
