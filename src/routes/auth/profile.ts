import { ok, operation } from '../../http/operation.ts'

export const authProfile = operation('authProfile', 'GET /profile/', {
  summary: 'Who am I',
  description: 'The caller as the archive knows it.',
  visibility: 'anyone',
  answers: { 200: ok('The caller.', 'profile') },
  handle: ({ caller }) =>
    caller.kind === 'user'
      ? { username: caller.username, profile: { proposals: caller.proposals }, is_staff: caller.isStaff }
      : { username: '', profile: {}, is_staff: false },
})
