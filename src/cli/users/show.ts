import { parseArgs } from 'node:util'
import { listUsers, type UserDetails, type UserSummary } from '../../queries/users/manage.ts'
import { escapeForTerminal } from '../../runtimes/node/escape_for_terminal.ts'
import { formatTable } from '../table.ts'
import { formatMoment, isoOrNull, originOf, rightsOf, userAsJson } from './describe.ts'
import { onlyName, requireUser, withDatabase } from './open.ts'

const JSON_OPTION = { json: { type: 'boolean', default: false } } as const

/** Lists all users. */
export async function runList(args: string[]): Promise<number> {
  const { values } = parseArgs({ args, options: JSON_OPTION })
  const users = await withDatabase(({ writer }) => listUsers(writer))
  const lines = values.json ? users.map((user) => JSON.stringify(userAsJson(user))) : describeAll(users)
  for (const line of lines) process.stdout.write(`${line}\n`)
  return 0
}

/** Shows one user. */
export async function runShow(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args, allowPositionals: true, options: JSON_OPTION })
  const name = onlyName('show', positionals)
  const user = await withDatabase(({ writer }) => requireUser(writer, name))
  process.stdout.write(values.json ? `${JSON.stringify(detailsAsJson(user))}\n` : describeOne(user))
  return 0
}

function describeAll(users: readonly UserSummary[]): string[] {
  if (users.length === 0) return ['There are no users: platestack createsuperuser makes one.']
  const headings = ['name', 'from', 'superuser', 'staff', 'active', 'proposals', 'last log-in', 'token since']
  const yes = (is: boolean) => (is ? 'yes' : '-')
  const rows = users.map((user) => [
    escapeForTerminal(user.username),
    originOf(user),
    yes(user.is_superuser),
    yes(user.is_staff),
    user.is_active ? 'yes' : 'no',
    user.proposal_count ?? '-',
    user.last_login === null ? '-' : formatMoment(user.last_login),
    user.token_since === null ? '-' : formatMoment(user.token_since),
  ])
  return formatTable(headings, rows)
}

const fullName = ({ first_name, last_name }: UserDetails): string => `${first_name} ${last_name}`.trim()

const detailsAsJson = (user: UserDetails) => ({
  ...userAsJson(user),
  name: fullName(user),
  email: user.email,
  proposals: user.proposals,
  proposals_seen: isoOrNull(user.proposals_seen),
  portal_token: user.has_portal_token,
})

function describeOne(user: UserDetails): string {
  const seen =
    user.proposals_seen === null ? '' : `, as the Observation Portal said ${formatMoment(user.proposals_seen)}`
  const proposals = user.proposals === null ? 'not known' : `${user.proposals.join(', ') || 'none'}${seen}`
  const facts: [string, string][] = [
    ['name', fullName(user) || '-'],
    ['e-mail', user.email || '-'],
    ['from', user.is_local ? 'local: made here' : 'portal: the Observation Portal'],
    ['rights', rightsOf(user)],
    ['proposals', proposals],
    ['joined', formatMoment(user.date_joined)],
    ['last log-in', user.last_login === null ? 'never with a password' : formatMoment(user.last_login)],
    ['token', user.token_since === null ? 'none' : `since ${formatMoment(user.token_since)}`],
    ['portal token', user.has_portal_token ? 'kept' : 'none'],
  ]
  const lines = facts.map(([what, value]) => `  ${what.padEnd(12)}  ${escapeForTerminal(value)}`)
  return `${[escapeForTerminal(user.username), ...lines].join('\n')}\n`
}
