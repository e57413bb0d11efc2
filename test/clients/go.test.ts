import { join } from 'node:path'
import { compiledClient, testClient } from '../support/client_tests.ts'

testClient(async () => {
  const folder = join(await compiledClient('go'), 'bin')
  return { cone: [join(folder, 'cone')], night: [join(folder, 'night')] }
})
