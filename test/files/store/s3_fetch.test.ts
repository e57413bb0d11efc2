import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { expect, onTestFinished, test } from 'vitest'
import type { S3Config } from '../../../src/config/types.ts'
import { s3Store } from '../../../src/files/store/s3.ts'
import { openFetch } from '../../../src/files/store/s3_fetch.ts'
import { log, read } from '../../support/s3_store.ts'

test('a proxy in front of S3 that packs what it may is asked for the file as it is', async () => {
  const file = Buffer.from('SIMPLE  =                    T'.repeat(100))
  const server = createServer(({ headers }, answer) => {
    const isPacked = String(headers['accept-encoding']).includes('gzip')
    const body = isPacked ? gzipSync(file) : file
    answer.writeHead(200, { 'content-length': body.length, ...(isPacked && { 'content-encoding': 'gzip' }) }).end(body)
  })
  onTestFinished(() => void server.close())
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const config: S3Config = {
    bucket: 'frames',
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: 'us-west-2',
    credentials: { accessKeyId: 'known', secretAccessKey: 'secret', sessionToken: null },
    signatureVersion: 's3v4',
    addressingStyle: 'path',
    daysToIaStorage: 60,
  }
  const store = await s3Store(config, log, { open: openFetch })
  onTestFinished(() => store.close?.())
  const opened = (await store.stream({ path: 'a.fits', key: 'v1', newest: true }))!
  expect(opened.size).toBe(file.length)
  expect(Buffer.from(await read(opened.body)).equals(file)).toBe(true)
})
