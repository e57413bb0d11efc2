import { anyText, header, htmlPage, operation } from '../../http/operation.ts'
import { ownPath } from '../../http/session.ts'
import { loginPage } from '../../pages/login.tsx'

export const sessionLoginForm = operation('sessionLoginForm', 'GET /api-auth/login/', {
  summary: 'The form to log in with',
  description: 'For browsers.',
  visibility: 'anyone',
  forBrowsers: true,
  parameters: {
    next: anyText({
      description: 'The path of the archive to go to afterwards; `/docs/` otherwise.',
      example: '/redoc/',
    }),
  },
  answers: {
    200: htmlPage('The form.'),
    303: {
      description: 'Who is signed in already goes on.',
      headers: { Location: header('Where to.', '/docs/') },
    },
  },
  handle({ c, caller, parameters, links: { base } }) {
    const next = ownPath(parameters.next, base)
    return caller.kind === 'user' ? c.redirect(next, 303) : loginPage(c, next)
  },
})
