/** Where new frames are announced. */
export interface Exchange {
  /**
   * Publishes messages in order; resolves once the broker has confirmed all of them, throws if not.
   */
  publish(messages: readonly string[]): Promise<void>
  /** Connects, unless it is connected; throws when the broker is away or refuses the exchange. */
  probe?(): Promise<void>
  /** Stops after the current batch. */
  close(): Promise<void>
}

/** Sends the contents of the outbox. */
export interface Events {
  /** Announces new messages in the outbox, to be sent now rather than at the next check. */
  wake(): void
  /** Ends after the batch in flight. */
  close(): Promise<void>
}
