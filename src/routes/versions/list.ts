import { anyText, ok, operation } from '../../http/operation.ts'
import { offsetPage, pageOf, paging } from '../../http/paging.ts'
import { searching } from '../../http/searching.ts'
import { listVersions } from '../../queries/versions/list.ts'
import { version } from '../../schemas/frame_answers.ts'
import { showVersion } from '../../views/version.ts'

export const versionsList = operation('versionsList', 'GET /versions/', {
  summary: 'List versions',
  description: 'Versions, newest first; always read from the database that is written to, never from a cache.',
  visibility: 'staff',
  parameters: {
    ...paging,
    md5: anyText({
      description: 'Only the version of this MD5: how an ingester learns whether a file is in the archive.',
      example: '1930de44d51464786f31ca37ee3136ff',
    }),
  },
  answers: { 200: ok('One page of versions.', pageOf(version, 'VersionPage')) },
  async handle(asked) {
    const { c, caller, services } = asked
    const { md5, limit, offset } = asked.parameters
    const found = md5?.includes('\0')
      ? { count: 0, rows: [] }
      : await listVersions(searching(c, services.writerSearch), caller, { md5, limit, offset })
    return offsetPage(asked, found, showVersion)
  },
})
