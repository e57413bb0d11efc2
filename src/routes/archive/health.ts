import { ok, operation } from '../../http/operation.ts'

export const health = operation('health', 'GET /health/', {
  summary: 'Whether the archive answers',
  description: 'For load balancers and watchdogs: never throttled, and nobody has to sign in.',
  visibility: 'unidentified',
  answers: { 200: ok('It does.', { type: 'string', enum: ['ok'], description: 'Always the same.', example: 'ok' }) },
  handle: ({ c }) => c.json('ok'),
})
