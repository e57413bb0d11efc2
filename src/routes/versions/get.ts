import { found } from '../../errors.ts'
import { ok, operation, pathId } from '../../http/operation.ts'
import * as versions from '../../queries/versions.ts'
import { version as schema } from '../../schemas/frame_answers.ts'
import { version } from '../../views/version.ts'

export const versionsGet = operation('versionsGet', 'GET /versions/{id}/', {
  summary: 'One version',
  visibility: 'staff',
  parameters: { id: pathId('version') },
  answers: { 200: ok('The version.', schema) },
  async handle({ caller, parameters: { id }, services: { writer }, links }) {
    const row = found(await versions.get(writer, caller, id))
    return version(row, links)
  },
})
