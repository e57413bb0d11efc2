import { logIn } from '../../auth/login.ts'
import { ArchiveError, errorHeaders, ValidationError } from '../../errors.ts'
import { networkOf } from '../../http/address.ts'
import { body, header, htmlPage, operation } from '../../http/operation.ts'
import { ownPath, startSession } from '../../http/session.ts'
import { loginPage } from '../../pages/login.tsx'
import { findUserById } from '../../queries/users/find.ts'
import { login, sessionLogin as schema } from '../../schemas/auth.ts'
import { check } from '../../schemas/check.ts'

export const sessionLogin = operation('sessionLogin', 'POST /api-auth/login/', {
  summary: 'Log in',
  description:
    'For browsers: starts a session of two weeks, kept in a cookie. It ends when the user logs out, anywhere, and when the password changes.',
  visibility: 'anyone',
  forBrowsers: true,
  // a form of another site could sign somebody in as somebody else
  fromOtherSites: 'refused',
  // the form says what is wrong with it
  body: body(schema, 'credentials', ({ value }) => value as Record<string, unknown>),
  answers: {
    303: {
      description: 'Signed in.',
      headers: {
        Location: header('Where to go on.', '/docs/'),
        'Set-Cookie': header(
          'The session.',
          'sessionid=1.1767225600.…; Path=/; Max-Age=1209600; HttpOnly; SameSite=Lax',
        ),
      },
    },
    400: htmlPage('The form again: user name and password are not those of a user.'),
  },
  async handle({ c, body, services, links: { base } }) {
    const text = (name: string) => (typeof body?.[name] === 'string' ? body[name] : '')
    const next = ownPath(text('next'), base)
    try {
      const id = await logIn(services, check(login, body), networkOf(c))
      const user = await findUserById(services.writer, id)
      return c.body(null, 303, { location: next, 'set-cookie': startSession(c, user!), 'cache-control': 'no-store' })
    } catch (error) {
      const username = text('username')
      if (error instanceof ValidationError)
        return loginPage(c, next, {
          message: 'This user name and password are not those of a user.',
          status: 400,
          username,
        })
      if (!(error instanceof ArchiveError && (error.code === 'portal_unavailable' || error.code === 'throttled')))
        throw error
      for (const [name, value] of Object.entries(errorHeaders(error))) c.header(name, value)
      return loginPage(c, next, { message: error.message, status: error.status as 429 | 503, username })
    }
  },
})
