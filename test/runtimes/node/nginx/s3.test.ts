import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hasNginx, startNginx, type TestNginx } from '../../../support/nginx.ts'
import {
  bodyOf,
  HOSTILE,
  type Line,
  linesOf,
  redirected,
  type Setup,
  setUp,
  zipOf,
} from '../../../support/nginx_archive.ts'
import { ask } from '../../../support/nginx_backend.ts'
import { hasS3, s3Variables, type TestS3, testS3 } from '../../../support/s3.ts'

describe.runIf(hasNginx)('deploy/nginx.conf', () => {
  describe.runIf(hasS3)('with files in S3', () => {
    let s3: TestS3
    let setup: Setup
    let nginx: TestNginx
    let lines: Line[]
    beforeAll(async () => {
      s3 = await testS3()
      setup = await setUp(s3Variables(s3.config, s3.port))
      nginx = await startNginx({ archive: setup.backend.port, s3: s3.config.endpoint!, modZip: true })
      lines = linesOf(await (await zipOf(nginx.url, setup.ids)).text())
    })
    afterAll(async () => {
      await nginx?.stop()
      await setup?.close()
      await s3?.remove()
    })

    test('the signed requests of a manifest are accepted, whatever the name of the file', async () => {
      expect(lines).toHaveLength(HOSTILE.length)
      expect(lines.filter(({ location }) => location.startsWith('/zip-raw?/'))).toHaveLength(2)
      for (const { size, location, name } of lines) {
        const expected = setup.files.get(name.slice(name.indexOf('/') + 1))
        const { status, body } = await redirected(nginx, location)
        expect([name, status, body.length, body.equals(expected!)]).toEqual([name, 200, size, true])
        const part = await redirected(nginx, location, { headers: { range: 'bytes=10-19' } })
        expect([name, part.status, part.body]).toEqual([name, 206, expected!.subarray(10, 20)])
      }
    })

    test('what the client sent to the archive does not reach S3: login, cookies, method, body', async () => {
      for (const { size, location, name } of lines) {
        const headers = {
          authorization: `Token ${setup.archive.root}`,
          cookie: 'sessionid=x',
          'content-type': 'application/json',
          'accept-encoding': 'gzip',
        }
        const body = JSON.stringify({ frame_ids: setup.ids, padding: 'x'.repeat(50_000) })
        const posted = await redirected(nginx, location, { method: 'POST', headers, body })
        expect([name, posted.status, posted.body.length]).toEqual([name, 200, size])
        const head = await redirected(nginx, location, { method: 'HEAD', headers })
        expect([name, head.status, head.headers['content-length'], head.body.length]).toEqual([
          name,
          200,
          String(size),
          0,
        ])
      }
    })

    test('the locations do not exist for clients, and lead nowhere but to S3', async () => {
      for (const { location } of lines)
        for (const method of ['GET', 'HEAD', 'POST'])
          expect([location, (await ask(nginx.url, location, { method })).status]).toEqual([location, 404])
      for (const path of [
        '/zip-files/',
        '/zip-raw',
        '/zip-raw?/',
        '//zip-files/x',
        '/x/../zip-files/x',
        '/zip%2Dfiles/x',
      ])
        expect([path, (await ask(nginx.url, path)).status]).toEqual([path, 404])
      for (const args of ['', '@127.0.0.1:1/', '.evil.test/', ':1/'])
        expect([args, (await redirected(nginx, `/zip-raw?${args}`)).status]).toEqual([args, 404])
    })

    test('a signature that was tampered with, or is missing, is refused by S3', async () => {
      for (const { location } of lines) {
        const tampered = location.replace(/X-Amz-Signature=..../, 'X-Amz-Signature=0000')
        expect((await redirected(nginx, tampered)).status).toBe(403)
      }
      expect((await redirected(nginx, lines[0]!.location.replace(/\?.*/, ''))).status).toBe(403)
    })

    test('a ZIP streamed out of S3 comes through whole', async () => {
      const stream = await startNginx({ archive: setup.backend.port, s3: s3.config.endpoint! })
      try {
        await bodyOf(await zipOf(stream.url, setup.ids))
        const [direct, proxied] = await Promise.all([setup.direct, stream.url].map((url) => zipOf(url, setup.ids)))
        expect((await bodyOf(proxied!)).equals(await bodyOf(direct!))).toBe(true)
      } finally {
        await stream.stop()
      }
    })
  })
})
