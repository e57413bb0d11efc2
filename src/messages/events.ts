/** A message as it is given to the broker. */
export interface Message {
  /** The same whenever this message is sent, and of no other. */
  id: string
  /** Its body, JSON. */
  text: string
  /** When it came to be, in seconds of Unix time. */
  created: number
}

/** What the broker said of a message: it has it, it does not want it, or nothing. */
export type Receipt = 'taken' | 'refused' | 'unknown'

/** What became of messages that were published together. */
export interface Delivery {
  /** In the order of the messages. */
  receipts: Receipt[]
  /** Why not all of them were taken; null: all were. */
  error: string | null
  /** Whether the broker said that it is a message that it cannot take, whatever its own state. */
  isUnfit: boolean
}

/** Where new frames are announced. */
export interface Exchange {
  /**
   * Connects, unless it is connected.
   * @throws why nothing can be published at the moment
   */
  connect(): Promise<void>
  /** Publishes messages in order and waits for what the broker says; never throws. */
  publish(messages: readonly Message[]): Promise<Delivery>
  /** Ends the connection. */
  close(): Promise<void>
}

/** Sends the contents of the outbox. */
export interface Events {
  /** Announces new messages in the outbox, to be sent now rather than at the next check. */
  wake(): void
  /** Ends after the batch in flight. */
  close(): Promise<void>
}
