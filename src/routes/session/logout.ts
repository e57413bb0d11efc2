import { header, operation } from '../../http/operation.ts'
import { endSession } from '../../http/session.ts'

export const sessionLogout = operation('sessionLogout', 'POST /api-auth/logout/', {
  summary: 'Log out',
  description: 'For browsers: ends all sessions of the user, on every device, and takes the cookie away.',
  visibility: 'anyone',
  forBrowsers: true,
  answers: {
    303: {
      description: 'Signed out.',
      headers: {
        Location: header('Where to go on.', '/api-auth/logout/'),
        'Set-Cookie': header('No session.', 'sessionid=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax'),
      },
    },
  },
  handle: async ({ c }) =>
    c.body(null, 303, {
      location: '/api-auth/logout/',
      'set-cookie': await endSession(c),
      'cache-control': 'no-store',
    }),
})
