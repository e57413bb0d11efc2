/**
 * Short-lived facts as JSON values, shared by requests and, with Memcached, by processes. A cache
 * that fails acts as if it were empty.
 */
export interface Cache {
  get<T>(key: string): Promise<T | undefined>
  set(key: string, value: unknown, seconds: number): Promise<void>
  delete(key: string): Promise<void>
  /**
   * Increments a counter that expires `seconds` after its first count, and returns it.
   * @param limit what the caller compares it with: further below, counts may come in blocks, one to
   * each process, so that they are neither gapless nor in order. No count is given twice
   */
  increment(key: string, seconds: number, limit?: number): Promise<number>
  /** Decrements a counter, if it is there. */
  decrement(key: string): Promise<void>
  /** Throws when the servers do not answer; absent: there are none to ask. */
  probe?(): Promise<void>
  close(): Promise<void>
}
