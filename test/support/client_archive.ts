import { createHash } from 'node:crypto'
import { expect } from 'vitest'
import { type Archive, ArchiveError, type ArchiveOptions, openArchive } from '../../clients/typescript/index.ts'
import { hashPassword } from '../../src/auth/passwords.ts'
import { addSuperuser } from '../../src/queries/users/save.ts'
import { type Listening, listen } from '../../src/runtimes/node/listen.ts'
import { type TestArchive, testArchive } from './archive.ts'
import { newFrame, type Posted, post, store } from './frames.ts'
import { type HttpRelay, startHttpRelay } from './http_relay.ts'

/** An archive on a port, before which a relay goes wrong when it is told to; files at the address of the relay. */
export interface ClientArchive extends TestArchive {
  url: string
  relay: HttpRelay
  /** The client, which asks as the superuser unless it is told otherwise. */
  client(options?: ArchiveOptions): Archive
  /** A frame with a file of so many bytes, which no other has; under its name. */
  expose(basename: string, size: number, over?: Record<string, unknown>): Promise<Buffer>
}

/** The password of the superuser `frodo`. */
export const PASSWORD = 'speak friend & enter'

export async function clientArchive(env: Record<string, string> = {}): Promise<ClientArchive> {
  const archive = await testArchive({ PORT: '0', ...env })
  const { services } = archive
  await addSuperuser(services.writer, 'frodo', await hashPassword(PASSWORD), '')
  const listening: Listening = await listen({ ...services, close: async () => {} })
  const relay = await startHttpRelay(listening.port)
  const url = `http://127.0.0.1:${relay.port}`
  return {
    ...archive,
    url,
    relay,
    client: (options = { token: archive.root }) => openArchive(url, { patience: 60, ...options }),
    async expose(basename, size, over = {}) {
      const bytes = contentOf(basename, size)
      const md5 = createHash('md5').update(bytes).digest('hex')
      const version = { key: md5, md5, extension: '.fits' }
      const frame = newFrame(basename, { version_set: [version], ...over })
      const { version_set } = await post<Posted>(archive, frame)
      await store(archive, version_set[0]!.url!, bytes)
      return bytes
    },
    async close() {
      await relay.close()
      await listening.stop()
      await archive.close()
    },
  }
}

/** Bytes that do not repeat, so that a wrong place is seen. */
function contentOf(name: string, size: number): Buffer {
  const pieces: Buffer[] = []
  for (let at = 0; at < size; at += 32) pieces.push(createHash('sha256').update(`${name} ${at}`).digest())
  return Buffer.concat(pieces).subarray(0, size)
}

/** The error that something ends with. */
export const errorOf = (work: Promise<unknown>): Promise<ArchiveError> =>
  work.then(
    () => expect.fail('no error'),
    (error) => {
      expect(error).toBeInstanceOf(ArchiveError)
      return error
    },
  )
