/** Short-lived facts, shared between requests and, with Memcached, between processes. Values are JSON. A cache that fails answers nothing. */
export interface Cache {
  get<T>(key: string): Promise<T | undefined>
  set(key: string, value: unknown, seconds: number): Promise<void>
  delete(key: string): Promise<void>
  /** Counts one more under a key that lives `seconds` from its first count; answers the count. */
  increment(key: string, seconds: number): Promise<number>
  /** Counts one less, where the key is there. */
  decrement(key: string): Promise<void>
  close(): Promise<void>
}
