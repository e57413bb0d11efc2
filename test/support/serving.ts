import { type Listening, listen } from '../../src/runtimes/node/listen.ts'
import type { TestArchive } from './archive.ts'

/** Serves an archive under test on a free port; its services stay open when that stops. */
export const serveArchive = ({ services }: Pick<TestArchive, 'services'>): Promise<Listening> =>
  listen({
    ...services,
    config: { ...services.config, http: { ...services.config.http, port: 0 } },
    close: async () => {},
  })
