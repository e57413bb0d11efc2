import { operation } from '../../http/operation.ts'
import { htmlPage } from '../../http/responses.ts'
import { logoutPage } from '../../pages/login.ts'

export const sessionLogoutForm = operation(
  {
    id: 'sessionLogoutForm',
    method: 'get',
    path: '/api-auth/logout/',
    tag: 'authentication',
    summary: 'The form to log out with',
    description: 'For browsers.',
    visibility: 'anyone',
    answers: { 200: htmlPage('The form.') },
  },
  ({ c }) => logoutPage(c),
)
