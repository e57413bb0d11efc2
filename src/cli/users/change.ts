import { parseArgs } from 'node:util'
import { cacheKeys } from '../../auth/identity_cache.ts'
import { countSuperusers, RIGHTS, setRights, type UserSummary } from '../../queries/users/manage.ts'
import { escapeForTerminal } from '../../runtimes/node/escape_for_terminal.ts'
import { UsageError } from '../command.ts'
import { rightsOf, userAsJson } from './describe.ts'
import { describeDelay, forgetting } from './forget.ts'
import { onlyName, requireUser, withDatabase } from './open.ts'

/** Gives or takes rights. */
export async function runChange(action: 'grant' | 'revoke', args: string[]): Promise<number> {
  const no = { type: 'boolean', default: false } as const
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { superuser: no, staff: no, active: no, json: no },
  })
  const name = onlyName(action, positionals)
  const rights = RIGHTS.filter((right) => values[right])
  if (rights.length === 0) throw new UsageError(`say what to ${action}: --superuser, --staff or --active`)
  const { user, superusers } = await withDatabase(async ({ writer }) => {
    const { id } = await requireUser(writer, name)
    await setRights(writer, id, rights, action === 'grant')
    return { user: await requireUser(writer, name), superusers: await countSuperusers(writer) }
  })
  const delay = await forgetting((cache) => cache.delete(cacheKeys.user(user.id)))
  const said = values.json
    ? JSON.stringify({ ...userAsJson(user), effective_within_s: delay })
    : describeChange(user, delay).join('\n')
  process.stdout.write(`${said}\n`)
  if (superusers === 0)
    process.stderr.write(
      'No active superuser is left: platestack users grant NAME --superuser --active, or platestack createsuperuser.\n',
    )
  return 0
}

function describeChange(user: UserSummary, delay: number): string[] {
  const lines = [
    `${escapeForTerminal(user.username)} is ${rightsOf(user)} now; it takes effect ${describeDelay(delay)}.`,
  ]
  if (!user.is_local)
    lines.push(
      'This is a user of the Observation Portal, which may say anew who is staff or superuser when they log in.',
    )
  return lines
}
