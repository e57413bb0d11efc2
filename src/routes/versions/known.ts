import { ok, operation, repeatable } from '../../http/operation.ts'
import { findVersions } from '../../queries/versions/known.ts'
import { showVersion } from '../../views/version.ts'

export const versionsKnown = operation('versionsKnown', 'GET /versions/known/', {
  summary: 'Which files are in the archive',
  description:
    'The versions that have one of these MD5s, in no order: what an ingester asks of many files at once. Always read from the database that is written to, never from a cache.',
  visibility: 'staff',
  parameters: {
    md5: repeatable(
      {
        description: 'An MD5; as many as the address has room for, which is some four hundred.',
        example: '1930de44d51464786f31ca37ee3136ff',
      },
      (texts) => texts.filter((text) => !text.includes('\0')),
    ),
  },
  answers: {
    200: ok('The versions that there are.', 'knownVersions'),
  },
  async handle({ caller, parameters: { md5 }, services: { writer }, links }) {
    const rows = md5.length ? await findVersions(writer, caller, md5) : []
    return { results: rows.map((row) => showVersion(row, links)) }
  },
})
