import { type Caller, isStaff, isSuperuser, type User } from '../caller.ts'
import { ArchiveError } from '../errors.ts'

/** 401 when nobody is signed in, 403 when the one who is may not. */
export function requireUser(caller: Caller): User {
  if (caller.kind !== 'user') throw new ArchiveError('not_authenticated')
  return caller
}

export function requireSuperuser(caller: Caller): User {
  const user = requireUser(caller)
  if (!isSuperuser(user)) throw new ArchiveError('forbidden')
  return user
}

/** Staff, or a superuser. */
export function requireStaff(caller: Caller): User {
  const user = requireUser(caller)
  if (!isStaff(user)) throw new ArchiveError('forbidden')
  return user
}
