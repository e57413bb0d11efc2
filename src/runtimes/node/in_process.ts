import { createApp } from '../../app.ts'
import { ANY_FRAME } from '../../caller.ts'
import type { Services } from '../../services.ts'

/**
 * The archive in this process as a `fetch`: the app answers, without a connection and without
 * credentials, to one who may do everything. Reads go where writes go, so that what has just come
 * in is seen before a replica has it.
 */
export function inProcess(services: Services): typeof fetch {
  const app = createApp()
  const { writer } = services
  const pools = { reader: writer, search: writer, writerSearch: writer, replica: null }
  const own: Services = { ...services, ...pools, caller: ANY_FRAME }
  return async (input, init) => app.fetch(new Request(input, init), own)
}
