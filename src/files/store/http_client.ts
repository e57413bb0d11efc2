/** A runtime's HTTP client, with connections that are kept. */
export interface HttpClient {
  /** Throws where no answer comes. */
  put(
    path: string,
    headers: Record<string, string>,
    body: Uint8Array,
    signal: AbortSignal,
  ): Promise<{ status: number; header(name: string): string | undefined; text: string }>
  close(): void
}
