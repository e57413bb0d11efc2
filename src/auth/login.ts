import { ArchiveError, ValidationError } from '../errors.ts'
import * as users from '../queries/users.ts'
import type { Services } from '../services.ts'
import { admit } from './identify.ts'
import { verifyPassword } from './passwords.ts'

const REFUSED = { non_field_errors: ['Unable to log in with provided credentials.'] }

/**
 * The id of the user of a name and password: checked against the local password first, then by the portal, which creates or updates the
 * user. The portal's password is not kept.
 * @throws ValidationError when neither knows them; `portal_unavailable` when the portal cannot say
 */
export async function logIn(
  services: Services,
  { username, password }: { username: string; password: string },
): Promise<number> {
  const local = username.includes('\0') ? undefined : await users.byName(services.writer, username)
  if (local && (await verifyPassword(password, local.password))) {
    if (!local.is_active) throw new ValidationError(REFUSED)
    return local.id
  }
  const answer = await services.portal.login(username, password)
  if (answer.kind === 'refused') throw new ValidationError(REFUSED)
  const profile = answer.kind === 'ok' ? await services.portal.profile(`Bearer ${answer.value}`) : answer
  if (profile.kind === 'refused') throw new ValidationError(REFUSED)
  if (profile.kind === 'unreachable' || answer.kind !== 'ok') throw new ArchiveError('portal_unavailable')
  const id = await admit(services, profile, answer.value)
  const user = await users.byId(services.writer, id)
  if (!user?.is_active) throw new ValidationError(REFUSED)
  return id
}
