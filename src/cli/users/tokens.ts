import { parseArgs } from 'node:util'
import { openKeys } from '../../auth/open_keys.ts'
import { replaceToken } from '../../auth/tokens.ts'
import { parseConfig } from '../../config/config.ts'
import type { UserDetails } from '../../queries/users/manage.ts'
import { escapeForTerminal } from '../../runtimes/node/escape_for_terminal.ts'
import { formatMoment, userAsJson } from './describe.ts'
import { describeDelay, forgetting } from './forget.ts'
import { onlyName, requireUser, withDatabase } from './open.ts'

/** Tells of a user's token, or replaces it. */
export async function runTokens(args: string[]): Promise<number> {
  const no = { type: 'boolean', default: false } as const
  const { values, positionals } = parseArgs({ args, allowPositionals: true, options: { revoke: no, json: no } })
  const name = onlyName('tokens', positionals)
  const { user, delay } = await withDatabase(async ({ writer }) => {
    const user = await requireUser(writer, name)
    if (!values.revoke) return { user, delay: null }
    const keys = await openKeys(parseConfig(process.env), writer)
    const delay = await forgetting((cache) => replaceToken({ writer, keys, cache }, user.id))
    return { user: await requireUser(writer, name), delay }
  })
  const said = values.json
    ? JSON.stringify({ ...userAsJson(user), ...(delay !== null && { effective_within_s: delay }) })
    : (delay === null ? describeToken(user) : describeReplaced(user, delay)).join('\n')
  process.stdout.write(`${said}\n`)
  return 0
}

function describeToken(user: UserDetails): string[] {
  const name = escapeForTerminal(user.username)
  const lines =
    user.token_since === null
      ? [`${name} has no token of this archive: platestack token ${name} makes one.`]
      : [
          `${name} has a token since ${formatMoment(user.token_since)}: platestack token ${name} prints it, --revoke replaces it.`,
        ]
  if (user.has_portal_token)
    lines.push("The Observation Portal's token of this user is accepted too: it is replaced there, and not here.")
  return lines
}

const describeReplaced = ({ username }: UserDetails, delay: number): string[] => [
  `${escapeForTerminal(username)} has a new token: platestack token ${escapeForTerminal(username)} prints it. The one before is refused ${describeDelay(delay)}.`,
]
