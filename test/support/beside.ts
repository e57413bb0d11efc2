import { createApp } from '../../src/app.ts'
import { type Environment, parseConfig } from '../../src/config/config.ts'
import { openServices } from '../../src/runtimes/node/server.ts'
import type { Services } from '../../src/services.ts'
import type { TestArchive } from './archive.ts'

/** A second process of an archive: the same database and files, its own memory, and another environment if need be. Closed with the first. */
export async function beside(
  first: TestArchive,
  env: Environment,
): Promise<Pick<TestArchive, 'request'> & { services: Services }> {
  const { writer, reader, log } = first.services
  const config = parseConfig({
    SECRET_KEY: 'a key of the tests',
    FILESTORE_TYPE: 'local',
    FILESYSTEM_STORAGE_ROOT_DIR: first.files,
    ...env,
  })
  const services = await openServices(config, { writer, reader, search: reader, close: async () => {} }, log)
  const app = createApp()
  return {
    services,
    async request(path, { token, json, ...init } = {}) {
      const headers = new Headers(init.headers)
      if (token) headers.set('authorization', `Token ${token}`)
      if (json !== undefined) headers.set('content-type', 'application/json')
      const body = json === undefined ? init.body : JSON.stringify(json)
      return app.request(path, { method: json === undefined ? 'GET' : 'POST', ...init, headers, body }, services)
    },
  }
}
