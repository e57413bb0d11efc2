import { ValidationError } from '../errors.ts'
import { findUserById, findUserByName } from '../queries/users/find.ts'
import type { Services } from '../services.ts'
import { limited, loginLimits, rememberLogin } from './attempts.ts'
import { admit, unavailable } from './identify.ts'
import { verifyPassword } from './passwords.ts'

interface Login {
  username: string
  password: string
}

/** Made anew for each: an error knows where it came from. */
const refused = (): ValidationError =>
  new ValidationError({ non_field_errors: ['Unable to log in with provided credentials.'] })

/**
 * The id of the user of a name and password: checked against the local password first, then by the portal, which creates or updates the
 * user. The portal's password is not kept.
 * @param network where the log-in comes from, by which failures are counted
 * @throws ValidationError when neither knows them; `portal_unavailable` when the portal cannot say; `throttled` after many failures
 */
export async function logIn(services: Services, login: Login, network: string): Promise<number> {
  const { username } = login
  const limits = await loginLimits(services, username, network)
  try {
    const id = await limited(services, limits, () => check(services, login))
    await rememberLogin(services, username, network)
    return id
  } catch (error) {
    if (error instanceof ValidationError) services.log.warn('a log-in failed', { username, address: network })
    throw error
  }
}

async function check(services: Services, { username, password }: Login): Promise<number> {
  const local = username.includes('\0') ? undefined : await findUserByName(services.writer, username)
  // of unknown names too: it takes its time
  if (await verifyPassword(password, local?.password ?? '')) {
    if (!local?.is_active) throw refused()
    return local.id
  }
  const answer = await services.portal.login(username, password)
  if (answer.kind === 'unreachable') throw unavailable(answer)
  if (answer.kind === 'refused') throw refused()
  const profile = await services.portal.profile(`Bearer ${answer.value}`)
  if (profile.kind === 'unreachable') throw unavailable(profile)
  if (profile.kind === 'refused') throw refused()
  const id = await admit(services, profile.value, answer.value)
  const user = id === undefined ? undefined : await findUserById(services.writer, id)
  if (!user?.is_active) throw refused()
  return user.id
}
