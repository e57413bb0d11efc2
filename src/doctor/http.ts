import type { PortalConfig } from '../config/config.ts'
import { fetchTypes } from '../configdb.ts'
import { clockOfAnswer } from './clock.ts'
import { type Finding, ok, problem, type Subject, warning } from './finding.ts'

/** What a server answered to a plain GET, its address without what may be secret, and its clock. */
interface Answered {
  status: number
  name: string
  clock: Finding[]
}

/** An address for messages: without user, password, query and fragment. */
export const nameAddress = (address: string): string => {
  const { origin, pathname } = new URL(address)
  return origin + pathname
}

async function get(subject: Subject, whose: string, address: string): Promise<Answered> {
  const began = Date.now()
  const answer = await fetch(address, {
    redirect: 'manual',
    headers: { accept: 'application/json' },
  })
  const took = Date.now() - began
  await answer.body?.cancel()
  return {
    status: answer.status,
    name: nameAddress(address),
    clock: clockOfAnswer(subject, whose, answer.headers, began, took),
  }
}

/** Looks whether the Observation Portal answers at both of its addresses, without credentials. */
export async function checkPortal({ profileUrl, tokenUrl, clientId }: PortalConfig): Promise<Finding[]> {
  const [profile, token] = await Promise.all([
    get('portal', 'the portal', profileUrl),
    get('portal', 'the portal', tokenUrl),
  ])
  const found = [
    ...describePage(profile, 'OAUTH_PROFILE_URL'),
    ...describePage(token, 'OAUTH_TOKEN_URL'),
    ...profile.clock,
  ]
  if (clientId === '')
    found.push(
      warning(
        'portal',
        'the archive has no id at the portal: nobody can sign in by password',
        'Register it there as an OAuth application (type confidential, grant password), and set OAUTH_CLIENT_ID and OAUTH_CLIENT_SECRET.',
      ),
    )
  return found
}

function describePage({ status, name }: Answered, variable: string): Finding[] {
  if (status === 404)
    return [
      problem(
        'portal',
        `${name} is not there (404)`,
        `Set ${variable} to the address of the portal's own; it ends in a slash.`,
      ),
    ]
  if (status >= 500)
    return [
      problem(
        'portal',
        `${name} answers ${status}`,
        "See the portal's own log. Until it is back, users whose proposals are not known yet see public frames only.",
      ),
    ]
  if (status >= 300 && status < 400)
    return [
      warning(
        'portal',
        `${name} leads elsewhere (${status})`,
        `Set ${variable} to where it leads: a password that is sent may be lost on the way.`,
      ),
    ]
  return [ok('portal', `${name} answers (${status})`)]
}

/** Looks whether configdb gives configuration types. */
export async function checkConfigdb(configdbUrl: string): Promise<Finding[]> {
  const types = await fetchTypes(configdbUrl)
  return [ok('configdb', `${nameAddress(configdbUrl)} names ${types.length} configuration types`)]
}

/** Compares the clock of the server of the files; nothing where it does not say its time. */
export async function checkStoreClock(origin: string): Promise<Finding[]> {
  return (await get('files', 'S3', origin)).clock
}
