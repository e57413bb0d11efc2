import { found } from '../../errors.ts'
import { ok, operation, pathId } from '../../http/operation.ts'
import { getVersion } from '../../queries/versions/get.ts'
import { showVersion } from '../../views/version.ts'

export const versionsGet = operation('versionsGet', 'GET /versions/{id}/', {
  summary: 'One version',
  visibility: 'staff',
  parameters: { id: pathId('version') },
  answers: { 200: ok('The version.', 'version') },
  async handle({ caller, parameters: { id }, services: { writer }, links }) {
    const row = found(await getVersion(writer, caller, id))
    return showVersion(row, links)
  },
})
