import { createRoute } from '@hono/zod-openapi'
import { operation } from '../../http/operation.ts'
import { anyone, htmlPage, refusals } from '../../http/responses.ts'
import { logoutPage } from '../../pages/login.tsx'

export const sessionLogoutForm = operation(
  createRoute({
    method: 'get',
    path: '/api-auth/logout/',
    operationId: 'sessionLogoutForm',
    tags: ['authentication'],
    summary: 'The form to log out with',
    description: 'For browsers.',
    security: anyone,
    responses: { 200: htmlPage('The form.'), ...refusals() },
  }),
  logoutPage,
)
