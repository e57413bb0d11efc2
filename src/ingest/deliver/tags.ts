import { noAnswerReason, parseOr, retryAfterOf } from '../../../clients/typescript/error.ts'
import type { IngestConfig } from '../../config/types.ts'
import { BadFile, type ProposalTags } from '../describe/description.ts'
import { Fatal, Unavailable } from './faults.ts'

const TIMEOUT_MS = 10_000
/** Short, so that a proposal that is made private soon counts as one. */
const KEPT_MS = 300_000
const ROOM = 10_000
/** After a failure nobody waits for the portal for this long. */
const PAUSE_MS = 5_000

/**
 * Asks the portal for each proposal once in five minutes. Without a portal, or without a token for
 * it, nothing is asked and nothing has tags.
 */
export function proposalTags(
  config: IngestConfig['tags'],
  fetch: typeof globalThis.fetch = globalThis.fetch,
): ProposalTags {
  if (!config || config.apiToken === null) return async () => []
  const portal = config
  const known = new Map<string, { tags: Promise<readonly string[]>; expires: number }>()
  let failure: { error: unknown; until: number } | undefined

  async function ask(proposal: string): Promise<readonly string[]> {
    if (failure && Date.now() < failure.until) throw failure.error
    try {
      return await request(portal, proposal, fetch)
    } catch (error) {
      if (error instanceof Unavailable) failure = { error, until: Date.now() + PAUSE_MS }
      throw error
    }
  }

  return (proposal) => {
    if (proposal === '') return Promise.resolve([])
    const found = known.get(proposal)
    if (found && found.expires > Date.now()) return found.tags
    known.delete(proposal)
    if (known.size >= ROOM) known.delete(known.keys().next().value!)
    const tags = ask(proposal)
    known.set(proposal, { tags, expires: Date.now() + KEPT_MS })
    // those who wait for it get the failure, and then it is forgotten
    tags.catch(() => {
      if (known.get(proposal)?.tags === tags) known.delete(proposal)
    })
    return tags
  }
}

async function request(
  { baseUrl, apiToken }: NonNullable<IngestConfig['tags']>,
  proposal: string,
  fetch: typeof globalThis.fetch,
): Promise<readonly string[]> {
  const url = `${baseUrl}/api/proposals/${encodeURIComponent(proposal)}`
  const init = {
    headers: { authorization: `Token ${apiToken}`, accept: 'application/json' },
    signal: AbortSignal.timeout(TIMEOUT_MS),
  }
  const words = (why: string) => `the portal cannot say which tags proposal ${proposal} has: ${url} ${why}`
  const cannot = (why: string, retryAfterS: number | null = null) => new Unavailable(words(why), retryAfterS)

  let response: Response
  let text = ''
  try {
    response = await fetch(url, init)
    if (response.ok) text = await response.text()
    else await response.body?.cancel()
  } catch (error) {
    throw cannot(`cannot be reached (${noAnswerReason(error)}): see OBSERVATION_PORTAL_BASE_URL`)
  }
  const { status } = response
  if (status === 404) return []
  if (status === 401 || status === 403)
    throw new Fatal(`the portal refuses the token (${url} answers ${status}): see OBSERVATION_PORTAL_API_TOKEN`)
  if (status >= 400 && status < 500 && status !== 408 && status !== 429) throw new BadFile(words(`answers ${status}`))
  if (!response.ok) throw cannot(`answers ${status}`, retryAfterOf(response))
  const { tags } = (parseOr(text, null) ?? {}) as { tags?: unknown }
  if (!Array.isArray(tags)) throw cannot('answers something else than a proposal')
  return tags.filter((tag) => typeof tag === 'string')
}
