import { ok, operation } from '../../http/operation.ts'
import { readStatus } from '../../status.ts'

export const adminStatus = operation('adminStatus', 'GET /admin/status/', {
  summary: 'How the archive is',
  description:
    'What this process is, how it is configured (secrets are not shown), whether each service answers, what waits to be done, the last ' +
    'warnings and errors, and what `platestack doctor` finds of the database. Where several processes serve it is that of one of them.',
  visibility: 'superuser',
  answers: { 200: ok('It is as follows.', 'status') },
  handle: async ({ c, services }) => c.json(await readStatus(services), 200, { 'cache-control': 'no-store' }),
})
