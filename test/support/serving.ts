import { type Listening, listen } from '../../src/runtimes/node/listen.ts'
import type { TestArchive } from './archive.ts'

/** Serves an archive under test, on a free port unless one is given; its services stay open when that stops. */
export const serveArchive = ({ services }: Pick<TestArchive, 'services'>, port = 0): Promise<Listening> =>
  listen({
    ...services,
    config: { ...services.config, http: { ...services.config.http, port } },
    close: async () => {},
  })
