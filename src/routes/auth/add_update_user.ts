import { updatePortalUser } from '../../auth/portal_users.ts'
import { ValidationError } from '../../errors.ts'
import { checkedBody, ok, operation } from '../../http/operation.ts'

export const authAddUpdateUser = operation('authAddUpdateUser', 'POST /authprofile/addupdateuser/', {
  summary: 'Create or update a user',
  description:
    'What is not given stays as it is. The name of an account that was made in the archive itself is refused.',
  visibility: 'portal',
  body: checkedBody('portalUser', 'credentials'),
  answers: { 200: ok('The user is created or updated.', 'message') },
  async handle({ body: { profile, tokens, username, ...given }, services }) {
    const person = {
      username,
      first_name: given.first_name ?? null,
      last_name: given.last_name ?? null,
      email: given.email ?? null,
      is_staff: given.is_staff ?? null,
      is_superuser: given.is_superuser ?? null,
    }
    if (!(await updatePortalUser(services, person, tokens?.api_token || null, profile?.staff_view ?? null)))
      throw new ValidationError({ username: ['An account of this name was made in the archive itself.'] })
    return { message: 'User account updated' }
  },
})
