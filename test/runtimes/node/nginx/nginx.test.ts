import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { crc32, gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { checkNginx, hasNginx, startNginx, type TestNginx } from '../../../support/nginx.ts'
import { bodyOf, linesOf, md5, redirected, type Setup, setUp, zipOf } from '../../../support/nginx_archive.ts'
import { ask, type Backend } from '../../../support/nginx_backend.ts'

const shell = promisify(execFile)

describe.runIf(hasNginx)('deploy/nginx.conf', () => {
  test('passes nginx -t as it is and in its variants', async () => {
    for (const more of [{}, { modZip: true }, { files: '/tmp' }, { s3: 'https://127.0.0.1' }]) {
      const { code, said } = await checkNginx({ archive: 8000, ...more })
      expect([code, said]).toEqual([0, expect.stringContaining('test is successful')])
      expect(said).not.toMatch(/warn|emerg/)
    }
  })

  describe('with files in a directory', () => {
    let setup: Setup
    let nginx: TestNginx
    let withModule: TestNginx
    beforeAll(async () => {
      setup = await setUp({})
      const place = { archive: setup.backend.port, files: setup.archive.files }
      nginx = await startNginx(place)
      withModule = await startNginx({ ...place, modZip: true })
    })
    afterAll(async () => {
      await nginx?.stop()
      await withModule?.stop()
      await setup?.close()
    })

    test('the archive hears who asks and how, and nobody forwards anything else', async () => {
      setup.backend.seen.length = 0
      const { body, headers: answered } = await ask(nginx.url, '/frames/?basename_exact=plain-e00', {
        headers: { 'accept-encoding': 'gzip', 'x-forwarded-host': 'evil.test', 'x-forwarded-proto': 'gopher' },
      })
      expect(answered['content-encoding']).toBe('gzip')
      const { results } = JSON.parse(gunzipSync(body).toString()) as { results: { url: string }[] }
      expect(results[0]!.url).toMatch(`${nginx.url}/files/`)
      const [{ headers }] = setup.backend.seen as [Backend['seen'][0]]
      expect(headers).toMatchObject({
        host: `127.0.0.1:${nginx.port}`,
        'x-forwarded-host': `127.0.0.1:${nginx.port}`,
        'x-forwarded-proto': 'http',
        'x-forwarded-for': '127.0.0.1',
      })
      expect(headers).not.toHaveProperty('accept-encoding')
    })

    test('the numbers of the archive are not for the world, and the archive itself gives them to nobody by a proxy', async () => {
      setup.backend.seen.length = 0
      for (const path of ['/metrics', '/metrics/', '/%6detrics', '/frames/../metrics?x=1']) {
        const { status, body } = await ask(nginx.url, path)
        expect([status, body.toString()]).toEqual([404, '{"detail":"Not found."}'])
      }
      expect(setup.backend.seen).toEqual([])
      const passedOn = { via: '1.1 nginx', 'x-forwarded-for': '127.0.0.1' }
      expect((await ask(setup.direct, '/metrics/', { headers: passedOn })).status).toBe(404)
      expect((await ask(setup.direct, '/metrics')).status).toBe(200)
    })

    test('a streamed ZIP is the same as without the proxy, and every tool can open it', async () => {
      // the first teaches the checksums
      await bodyOf(await zipOf(nginx.url, setup.ids))
      const [direct, proxied] = await Promise.all([setup.direct, nginx.url].map((url) => zipOf(url, setup.ids)))
      const bytes = await bodyOf(proxied!)
      expect(bytes.equals(await bodyOf(direct!))).toBe(true)
      for (const name of [
        'content-length',
        'etag',
        'content-type',
        'accept-ranges',
        'content-disposition',
        'set-cookie',
      ])
        expect([name, proxied!.headers.get(name)]).toEqual([name, direct!.headers.get(name)])
      const folder = await mkdtemp(join(tmpdir(), 'platestack-nginx-zip-'))
      await writeFile(join(folder, 'a.zip'), bytes)
      const script =
        'import sys,zipfile,hashlib\nz=zipfile.ZipFile(sys.argv[1])\nfor i in z.infolist(): print(hashlib.md5(z.read(i)).hexdigest())'
      const { stdout } = await shell('python3', ['-c', script, join(folder, 'a.zip')])
      expect(stdout.trim().split('\n').sort()).toEqual([...setup.files.values()].map(md5).sort())
      await rm(folder, { recursive: true })
    })

    test('a download that was cut is continued through the proxy by curl -C -', async () => {
      const whole = await zipOf(nginx.url, setup.ids)
      const address = whole.headers.get('content-location')!
      expect(address).toMatch(`${nginx.url}/frames/zip/`)
      const bytes = await bodyOf(whole)
      const folder = await mkdtemp(join(tmpdir(), 'platestack-nginx-curl-'))
      const file = join(folder, 'a.zip')
      for (const length of [1, 3_456_789, bytes.length - 1]) {
        await writeFile(file, bytes.subarray(0, length))
        await shell('curl', ['-sSf', '-C', '-', '-o', file, address])
        expect((await readFile(file)).equals(bytes)).toBe(true)
      }
      await rm(folder, { recursive: true })
      const etag = whole.headers.get('etag')!
      const part = await fetch(address, { headers: { range: 'bytes=100-199', 'if-range': etag } })
      expect([part.status, await bodyOf(part)]).toEqual([206, bytes.subarray(100, 200)])
      const changed = await fetch(address, { headers: { range: 'bytes=100-199', 'if-range': '"other"' } })
      expect([changed.status, (await bodyOf(changed)).length]).toEqual([200, bytes.length])
      const posted = await zipOf(nginx.url, setup.ids, { range: 'bytes=100-199', 'if-range': etag })
      expect([posted.status, await bodyOf(posted)]).toEqual([206, bytes.subarray(100, 200)])
      const head = await ask(nginx.url, new URL(address).pathname, { method: 'HEAD' })
      expect([head.status, head.headers['content-length'], head.body.length]).toEqual([200, String(bytes.length), 0])
    })

    test('a ZIP that breaks off behind the proxy does not arrive as a whole one', async () => {
      const address = (await zipOf(nginx.url, setup.ids)).headers.get('content-location')!
      setup.backend.cutAfter(2_000_000)
      await expect(ask(nginx.url, new URL(address).pathname)).rejects.toThrow()
    })

    test('the address of a ZIP of a thousand frames passes through the proxy', async () => {
      const { writer } = setup.archive.services
      const frames = (await writer`
        insert into frames (basename, observation_date, observation_day, proposal_id, instrument_id, target_name, reduction_level, site_id,
          telescope_id, primary_optical_element, public_date, configuration_type, created, modified)
        select 'one of many ' || n, '2016-01-02', '2016-01-02', 'alpha', 'kb70', '', 0, 'cpt', '1m0a', '', '2016-01-02', 'EXPOSE', now(), now()
        from generate_series(1, 1000) n
        returning id`) as unknown as { id: number }[]
      const ids = frames.map((frame) => frame.id)
      await writer`
        insert into versions (id, frame_id, key, md5, extension, created, size, crc32)
        select 100000 + 37 * n + abs(hashint4(n::int) % 30), id, md5('key' || id), md5('many' || id), '.fits', now(), 10, 1
        from unnest(${ids}::int[]) with ordinality as many (id, n)`
      const given = await zipOf(withModule.url, ids)
      expect(linesOf(await given.text())).toHaveLength(1000)
      const address = given.headers.get('content-location')!
      expect(address.length).toBeGreaterThan(1000)
      expect((await fetch(address)).status).toBe(200)
    })

    test('a client cannot claim that the proxy has mod_zip', async () => {
      const claimed = await zipOf(nginx.url, setup.ids, { 'x-zip-module': 'mod_zip' })
      expect([claimed.status, claimed.headers.get('content-type')]).toEqual([200, 'application/zip'])
      await claimed.body!.cancel()
      expect(setup.backend.seen.at(-1)!.headers).not.toHaveProperty('x-zip-module')
      for (const path of ['/frames/', `/frame-funpack/${setup.ids[0]}/funpack/`]) {
        await ask(nginx.url, path, { headers: { 'x-zip-module': 'mod_zip' } })
        expect(setup.backend.seen.at(-1)!.headers).not.toHaveProperty('x-zip-module')
      }
    })

    test('with the line for mod_zip the archive gives the manifest, and how is kept from the client', async () => {
      const sent: Record<string, string>[] = [{}, { 'x-zip-module': 'none' }, { 'accept-encoding': 'gzip' }]
      for (const headers of sent) {
        const given = await zipOf(withModule.url, setup.ids, headers)
        expect([given.status, given.headers.get('content-type'), given.headers.get('x-archive-files')]).toEqual([
          200,
          'text/plain',
          null,
        ])
        const manifest = await given.text()
        expect(linesOf(manifest)).toHaveLength(setup.ids.length)
        // at its address it is the same, a range of it being nginx's own work
        const address = given.headers.get('content-location')!
        expect(address).toMatch(`${withModule.url}/frames/zip/`)
        const fetched = await fetch(address, { headers: { range: 'bytes=5-' } })
        expect([fetched.status, fetched.headers.get('x-archive-files'), fetched.headers.get('etag')]).toEqual([
          200,
          null,
          given.headers.get('etag'),
        ])
        expect(await fetched.text()).toBe(manifest)
        expect((await fetch(address.replace(withModule.url, nginx.url))).status).toBe(404)
      }
    })

    test('the locations of a manifest give every file to nginx alone', async () => {
      const lines = linesOf(await (await zipOf(withModule.url, setup.ids)).text())
      for (const { crc, size, location, name } of lines) {
        const expected = setup.files.get(name.slice(name.indexOf('/') + 1))
        const { status, body } = await redirected(withModule, location)
        expect([name, status, body.length, body.equals(expected!)]).toEqual([name, 200, size, true])
        expect(crc32(body).toString(16).padStart(8, '0')).toBe(crc)
        const part = await redirected(withModule, location, { headers: { range: 'bytes=10-19' } })
        expect([part.status, part.body]).toEqual([206, expected!.subarray(10, 20)])
        expect((await ask(withModule.url, location)).status).toBe(404)
      }
    })

    test('S3 would get the target as it was signed, and of the client its range alone', async () => {
      const s3 = `http://127.0.0.1:${setup.backend.port}`
      const standIn = await startNginx({ archive: setup.backend.port, s3 })
      try {
        const headers = {
          authorization: 'Token x',
          cookie: 'sessionid=x',
          'accept-encoding': 'gzip',
          'content-type': 'application/json',
          range: 'bytes=1-2',
        }
        const query = '?a=%2B%20%25&b=%C3%BC'
        for (const [location, target] of [
          [`/zip-files/b/a%20%25%C3%BC${query}`, `/b/a%20%25%C3%BC${query}`],
          [`/zip-raw?/b/a%2B%20%25%C3%BC${query}`, `/b/a%2B%20%25%C3%BC${query}`],
        ] as const) {
          await redirected(standIn, location, { method: 'POST', headers, body: '{}' })
          const { url, headers: got, body } = setup.backend.seen.at(-1)!
          expect([url, body, got.host, got.range]).toEqual([target, '', s3.slice('http://'.length), 'bytes=1-2'])
          for (const name of ['authorization', 'cookie', 'accept-encoding', 'content-length', 'transfer-encoding'])
            expect(got).not.toHaveProperty(name)
        }
      } finally {
        await standIn.stop()
      }
    })

    test('a link that leads out of the directory is not followed', async () => {
      const outside = await mkdtemp(join(tmpdir(), 'platestack-nginx-outside-'))
      await writeFile(join(outside, 'secret'), 'secret')
      await mkdir(join(setup.archive.files, 'cpt'), { recursive: true })
      await writeFile(join(setup.archive.files, 'cpt/file'), 'no secret')
      await symlink(outside, join(setup.archive.files, 'cpt/folder-link'))
      await symlink(join(outside, 'secret'), join(setup.archive.files, 'cpt/file-link'))
      const status = async (path: string) => (await redirected(withModule, `/zip-files/cpt/${path}`)).status
      expect([await status('file'), await status('folder-link/secret'), await status('file-link')]).toEqual([
        200, 404, 403,
      ])
      await rm(outside, { recursive: true })
    })
  })
})
