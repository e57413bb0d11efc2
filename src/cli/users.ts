import { type Command, UsageError } from './command.ts'

export const users: Command = {
  help: `platestack users: list users, grant and revoke rights, replace tokens

Usage: platestack users list [--json]
       platestack users show NAME [--json]
       platestack users grant NAME [--superuser] [--staff] [--active] [--json]
       platestack users revoke NAME [--superuser] [--staff] [--active] [--json]
       platestack users tokens NAME [--revoke] [--json]

  list     all users: origin (local: created here; portal: the Observation Portal), rights, number of proposals, last log-in with a
           password, and the date of their token
  show     one user, with the proposals
  grant    grants rights: --superuser sees and does everything, --staff is not throttled and sees all versions, --active may use
           the archive at all
  revoke   revokes them. A superuser has the rights of staff; revoking --superuser does not revoke --staff
  tokens   whether the user has a token of this archive, and since when; --revoke replaces it, and the old one is refused

  --json   JSON on standard output: for list one line per user, otherwise one object: username, origin, superuser, staff, active,
           proposals (list: how many; null: not known), joined, last_login, token_since; show: also name, email, proposals_seen,
           portal_token (whether one is kept); grant, revoke and tokens --revoke: also effective_within_s

This command never shows tokens or passwords; platestack token NAME prints a token. A running archive remembers what it has looked up for up to a
minute: revoked rights and replaced tokens are refused within that time, or at once where the archive and this command share
a Memcached (CACHE_LOC). Whenever a portal user logs in, the portal may update whether they are staff or superuser.
With an embedded database, stop the archive first.

Exit code 0: done; 1: no such user, or it failed; 2: wrong command line or configuration.
`,
  async run([action, ...args]) {
    switch (action) {
      case 'list':
      case 'show': {
        const { runList, runShow } = await import('./users/show.ts')
        return action === 'list' ? runList(args) : runShow(args)
      }
      case 'grant':
      case 'revoke': {
        const { runChange } = await import('./users/change.ts')
        return runChange(action, args)
      }
      case 'tokens': {
        const { runTokens } = await import('./users/tokens.ts')
        return runTokens(args)
      }
      default:
        throw new UsageError('say what to do: platestack users list, show, grant, revoke or tokens; --help tells more')
    }
  },
}
