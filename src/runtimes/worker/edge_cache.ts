import { REQUEST_ID } from '../../http/answer_headers.ts'
import type { Context } from './platform.ts'

/** Cloudflare's cache at the place where the Worker runs; absent elsewhere. */
const edgeCache = (): Cache | undefined => (globalThis as { caches?: { default?: Cache } }).caches?.default

/** The answers that say of themselves that they may be kept: others are not even looked for. */
const MAY_BE_KEPT = /^https?:\/\/[^/]+\/((docs|redoc)\/[^/?]+|openapi(\.json|\/)?)(\?|$)/

/**
 * Whether the answer may come from the cache: the same for everybody, asked for whole. Lists,
 * details and counts never are: they are right at every moment, and a frame that becomes
 * proprietary is gone from them at once.
 */
function isForAll({ method, url, headers }: Request): boolean {
  if (method !== 'GET' || !MAY_BE_KEPT.test(url)) return false
  return !['authorization', 'cookie', 'range'].some((name) => headers.has(name))
}

/** An answer that was kept, and has not outlived its max-age; null: the archive has to make it. */
export async function findKept(request: Request): Promise<Response | null> {
  const cache = isForAll(request) ? edgeCache() : undefined
  return (await cache?.match(request).catch(() => undefined)) ?? null
}

/** Keeps an answer for as long as its own Cache-Control says that anybody may. */
export function keep(request: Request, answer: Response, context: Context): void {
  const cache = edgeCache()
  const allows = /^public, max-age=[1-9]/.test(answer.headers.get('cache-control') ?? '')
  if (!cache || answer.status !== 200 || !allows || answer.headers.has('set-cookie') || !isForAll(request)) return
  const kept = new Response(answer.clone().body, answer)
  // whoever is given it has another
  kept.headers.delete(REQUEST_ID)
  context.waitUntil(cache.put(request, kept).catch(() => {}))
}
