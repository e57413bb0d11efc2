/**
 * workerd's own: a stream whose length is known from the start, and so a body that has a
 * Content-Length.
 */
declare const FixedLengthStream: new (size: number) => ReadableWritablePair<Uint8Array, Uint8Array>

/** A pipe for that many bytes; null: nobody knows how many. */
export const bytePipe = (size: number | null): ReadableWritablePair<Uint8Array, Uint8Array> =>
  size === null ? new TransformStream<Uint8Array, Uint8Array>() : new FixedLengthStream(size)

/** What wrangler.toml gives the archive: variables and secrets by name, and these bindings. */
export interface Bindings {
  /** Where Hyperdrive, which keeps connections, takes those of the archive. */
  readonly HYPERDRIVE?: { readonly connectionString: string }
  /** The files of the documentation pages. */
  readonly ASSETS?: { fetch(address: string): Promise<Response> }
  readonly [variable: string]: unknown
}

/** What workerd gives with each request and each run of a cron trigger. */
export interface Context {
  /**
   * Keeps what the request has opened until this is over, whether or not its client is still there.
   */
  waitUntil(work: Promise<unknown>): void
}
