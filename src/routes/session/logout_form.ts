import { htmlPage, operation } from '../../http/operation.ts'
import { logoutPage } from '../../pages/login.tsx'

export const sessionLogoutForm = operation('sessionLogoutForm', 'GET /api-auth/logout/', {
  summary: 'The form to log out with',
  description: 'For browsers.',
  visibility: 'anyone',
  forBrowsers: true,
  answers: { 200: htmlPage('The form.') },
  handle: ({ c }) => logoutPage(c),
})
