import { type Command, UsageError } from './command.ts'

export const users: Command = {
  help: `platestack users: list users, give and take their rights, replace their tokens

Usage: platestack users list [--json]
       platestack users show NAME [--json]
       platestack users grant NAME [--superuser] [--staff] [--active] [--json]
       platestack users revoke NAME [--superuser] [--staff] [--active] [--json]
       platestack users tokens NAME [--revoke] [--json]

  list     all users: where they come from (local: made here; portal: the Observation Portal), rights, how many proposals, when they
           last logged in with a password, and since when they have a token
  show     one user, with the proposals
  grant    gives rights: --superuser sees and does everything, --staff is not throttled and sees all versions, --active may use
           the archive at all
  revoke   takes them. A superuser has the rights of staff, and those of --staff stay when --superuser is taken
  tokens   whether the user has a token of this archive, and since when; --revoke replaces it: the old one is refused

  --json   JSON on standard output: of list a line for each user, of the others one object: username, origin, superuser, staff, active,
           proposals (list: how many; null: not known), joined, last_login, token_since; show: also name, email, proposals_seen,
           portal_token (whether one is kept); grant, revoke and tokens --revoke: also effective_within_s

No token and no password is ever shown: platestack token NAME prints a token. A running archive believes what it has looked up for up to a
minute: rights that are taken, and a token that is replaced, are refused within that time, and at once where the archive and this
command share a Memcached (CACHE_LOC). The portal may say anew who of its users is staff or superuser whenever one logs in.
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
