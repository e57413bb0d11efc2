import { type Caller, isStaff, isSuperuser, type User } from '../caller.ts'
import { ArchiveError } from '../errors.ts'

/** The caller as a user; 401 when nobody is signed in. */
export function requireUser(caller: Caller): User {
  if (caller.kind !== 'user') throw new ArchiveError('not_authenticated')
  return caller
}

/** The caller as a superuser; 401 when nobody is signed in, 403 for other users. */
export function requireSuperuser(caller: Caller): User {
  const user = requireUser(caller)
  if (!isSuperuser(user)) throw new ArchiveError('forbidden')
  return user
}

/** The caller as staff or superuser; 401 when nobody is signed in, 403 for other users. */
export function requireStaff(caller: Caller): User {
  const user = requireUser(caller)
  if (!isStaff(user)) throw new ArchiveError('forbidden')
  return user
}
