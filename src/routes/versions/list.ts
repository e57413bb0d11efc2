import { anyText, ok, operation } from '../../http/operation.ts'
import { forceCount, offsetPage, paging } from '../../http/paging.ts'
import { searching } from '../../http/searching.ts'
import { listVersions } from '../../queries/versions/list.ts'
import { showVersion } from '../../views/version.ts'

export const versionsList = operation('versionsList', 'GET /versions/', {
  summary: 'List versions',
  description:
    'Versions, newest first; always read from the database that is written to, never from a cache. More than 10 000 are counted by an estimate (`count_estimated`), unless `force_count=true`.',
  visibility: 'staff',
  parameters: {
    ...paging,
    force_count: forceCount,
    md5: anyText({
      description: 'Only the version of this MD5: how an ingester learns whether a file is in the archive.',
      example: '1930de44d51464786f31ca37ee3136ff',
    }),
  },
  answers: { 200: ok('One page of versions.', 'versionPage') },
  async handle(asked) {
    const { c, caller, services } = asked
    const { md5, limit, offset, force_count: exactly } = asked.parameters
    const found = md5?.includes('\0')
      ? { count: 0, rows: [] }
      : await listVersions(searching(c, services.writerSearch), caller, { md5, limit, offset, exactly })
    return offsetPage(asked, found, showVersion)
  },
})
