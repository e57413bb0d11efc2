import { ArchiveError } from '../../errors.ts'
import type { Log } from '../../log.ts'
import type { Resolved } from './s3_api.ts'
import type { Credentials } from './sigv4.ts'

/** Credentials at hand whenever a URL is signed. */
export interface Wallet {
  current(): Credentials
  close(): void
}

const MINUTE_MS = 60_000
/** The SDK gives new credentials in the last five minutes of the old. */
const EARLY_MS = 4.5 * MINUTE_MS
const RETRY_MS = 30_000
/** The longest that a timer can be set to. */
const LONGEST_MS = 2 ** 31 - 1

/**
 * Keeps the credentials that the SDK finds, and asks for new ones before they expire. Without any,
 * what needs them fails, and only that.
 */
export async function openWallet(resolve: () => Promise<Resolved>, log: Log): Promise<Wallet> {
  let kept: Resolved | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let closed = false

  async function refresh(): Promise<void> {
    let next: number | undefined = RETRY_MS
    try {
      kept = await resolve()
      next = kept.expiration && Math.max(RETRY_MS, kept.expiration.getTime() - Date.now() - EARLY_MS)
    } catch (error) {
      log.error('no credentials for S3 are found', { error: String(error) })
    }
    if (next === undefined || closed) return
    timer = setTimeout(refresh, Math.min(next, LONGEST_MS))
    timer.unref?.()
  }

  await refresh()
  return {
    current() {
      if (!kept || (kept.expiration && kept.expiration.getTime() <= Date.now()))
        throw new ArchiveError(
          'store_unavailable',
          'The archive has no credentials for its file store. Try again shortly.',
        )
      return kept
    },
    close() {
      closed = true
      clearTimeout(timer)
    },
  }
}
