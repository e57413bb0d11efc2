import { ValidationError } from '../errors.ts'
import { findUserById, findUserByName } from '../queries/users/find.ts'
import { noteLogin } from '../queries/users/save.ts'
import { limitAttempts, loginLimits, rememberLogin } from './attempts.ts'
import type { IdentityServices } from './identity_services.ts'
import { verifyPassword } from './passwords.ts'
import { admitPortalUser, portalUnavailable } from './portal_users.ts'

interface Login {
  username: string
  password: string
}

// a new one each time, for its stack
const refused = (): ValidationError =>
  new ValidationError({ non_field_errors: ['Unable to log in with provided credentials.'] })

/**
 * The id of the user with a name and password: checked against the local password first, then by
 * the portal, which creates or updates the user. The portal's password is not kept.
 * @param network where the log-in comes from, by which failures are counted
 * @throws ValidationError when neither knows them
 * @throws ArchiveError `portal_unavailable` when the portal cannot say; `throttled` after many
 * failures
 */
export async function logIn(services: IdentityServices, login: Login, network: string): Promise<number> {
  const { username } = login
  const limits = await loginLimits(services, username, network)
  try {
    const id = await limitAttempts(services, limits, () => checkPassword(services, login))
    await rememberLogin(services, username, network)
    // a database that takes no writes now still tells who somebody is
    await noteLogin(services.writer, id).catch((error) =>
      services.log.warn('a log-in could not be noted', { username, error: String(error) }),
    )
    return id
  } catch (error) {
    if (error instanceof ValidationError) services.log.warn('a log-in failed', { username, address: network })
    throw error
  }
}

async function checkPassword(services: IdentityServices, { username, password }: Login): Promise<number> {
  const local = username.includes('\0') ? undefined : await findUserByName(services.writer, username)
  // for unknown names too: the time it takes must not tell them apart
  if (await verifyPassword(password, local?.password ?? '')) {
    if (!local?.is_active) throw refused()
    return local.id
  }
  const answer = await services.portal.login(username, password, services.request)
  if (answer.kind === 'unreachable') throw portalUnavailable(answer)
  if (answer.kind === 'refused') throw refused()
  const profile = await services.portal.profile(`Bearer ${answer.value}`, services.request)
  if (profile.kind === 'unreachable') throw portalUnavailable(profile)
  if (profile.kind === 'refused') throw refused()
  const id = await admitPortalUser(services, profile.value, answer.value)
  const user = id === undefined ? undefined : await findUserById(services.writer, id)
  if (!user?.is_active) throw refused()
  return user.id
}
