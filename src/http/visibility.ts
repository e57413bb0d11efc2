import { type Caller, isStaff, isSuperuser, type User } from '../caller.ts'
import { ArchiveError } from '../errors.ts'
import type { RequestContext } from './context.ts'

/**
 * Who may call an operation. `anyone`: everybody, with more for those who say who they are.
 * `unidentified`: nobody is asked who they are.
 */
export type Visibility = 'unidentified' | 'anyone' | 'signed in' | 'staff' | 'superuser' | 'portal'
export type CallerOf<V extends Visibility> = V extends 'signed in' | 'staff' | 'superuser' ? User : Caller

interface Rule {
  /** The ways to say who one is, as OpenAPI lists them. */
  security: Record<string, string[]>[]
  /** How the description of an operation begins. */
  says?: string
  /** Throws 401 where nobody is signed in, and 403 where whoever is may not. */
  check(c: RequestContext): void
}

const SIGNED_IN: Rule['security'] = [{ token: [] }, { bearer: [] }, { session: [] }]

export const VISIBILITY: Record<Visibility, Rule> = {
  unidentified: { security: [{}], check() {} },
  anyone: { security: [{}, ...SIGNED_IN], check() {} },
  'signed in': { security: SIGNED_IN, check: (c) => admit(c, () => true) },
  staff: { security: SIGNED_IN, says: 'For staff.', check: (c) => admit(c, isStaff) },
  superuser: { security: SIGNED_IN, says: 'For superusers.', check: (c) => admit(c, isSuperuser) },
  portal: {
    security: [{ server: [] }],
    says: 'For the Observation Portal, which holds the server key.',
    check: requireServerKey,
  },
}

function admit({ var: { caller } }: RequestContext, may: (user: User) => boolean): void {
  if (caller.kind !== 'user') throw new ArchiveError('not_authenticated')
  if (!may(caller)) throw new ArchiveError('forbidden')
}

function requireServerKey({ req, env: { keys, config } }: RequestContext): void {
  const [scheme, key, ...more] = (req.header('authorization') ?? '').trim().split(/\s+/)
  if (scheme?.toLowerCase() !== 'server') throw new ArchiveError('not_authenticated')
  const { serverKey } = config.portal
  if (serverKey === null || key === undefined || more.length || !keys.sameSecret(key, serverKey))
    throw new ArchiveError('wrong_server_key')
}
