import type { Asset, Assets } from '../../services.ts'
import type { Bindings } from './platform.ts'

/** The binding takes whole addresses, of any host. */
const ROOT = 'https://assets.invalid/'
const NAME = /^[a-z][a-z-]*(?:\.[a-z]+)+$/

const kept = new Map<string, Asset>()

/** The files of the documentation pages, from the `[assets]` of wrangler.toml; none without them. */
export const openAssets = ({ ASSETS }: Bindings): Assets => ({
  async read(name) {
    const known = kept.get(name)
    if (known || !ASSETS || !NAME.test(name)) return known ?? null
    const answer = await ASSETS.fetch(`${ROOT}${name}`)
    const body = new Uint8Array(await answer.arrayBuffer())
    if (!answer.ok) return null
    const type = answer.headers.get('content-type') ?? 'application/octet-stream'
    // Cloudflare's network compresses by itself
    const asset: Asset = { body, gzip: null, type, mark: await markOf(body) }
    kept.set(name, asset)
    return asset
  },
})

async function markOf(body: Uint8Array<ArrayBuffer>): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', body))
  return [...hash.subarray(0, 8)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}
