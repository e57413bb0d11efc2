import type { UserSummary } from '../../queries/users/manage.ts'

/** PostgreSQL's text of a moment in UTC, to the minute. */
export const formatMoment = (text: string): string => `${text.slice(0, 16)} UTC`

/** The same in ISO 8601. */
export const isoOrNull = (text: string | null): string | null =>
  text === null ? null : text.replace(' ', 'T').replace(/\+00$/, 'Z')

/** A user as JSON: nothing of it is secret. */
export const userAsJson = (user: UserSummary) => ({
  username: user.username,
  origin: originOf(user),
  superuser: user.is_superuser,
  staff: user.is_staff,
  active: user.is_active,
  proposals: user.proposal_count,
  joined: isoOrNull(user.date_joined),
  last_login: isoOrNull(user.last_login),
  token_since: isoOrNull(user.token_since),
})

/** Where a user comes from. */
export const originOf = ({ is_local }: Pick<UserSummary, 'is_local'>): 'local' | 'portal' =>
  is_local ? 'local' : 'portal'

/** A user's rights, such as `superuser, staff, active`. */
export const rightsOf = ({ is_superuser, is_staff, is_active }: UserSummary): string =>
  [...(is_superuser ? ['superuser'] : []), ...(is_staff ? ['staff'] : []), is_active ? 'active' : 'not active'].join(
    ', ',
  )
