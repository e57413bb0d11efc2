import { join } from 'node:path'
import { compiledClient, testClient } from '../support/client_tests.ts'

testClient(async () => {
  const folder = await compiledClient('java')
  const path = `${join(folder, 'classes')}:${join(folder, 'jars/client/*')}`
  const program = (name: string) => ['java', '-Xshare:auto', '-cp', path, `org.example.observing.${name}`]
  return { cone: program('Cone'), night: program('Night') }
})
