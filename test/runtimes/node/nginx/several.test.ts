import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { request } from 'node:https'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newFrame } from '../../../support/frames.ts'
import { checkNginx, hasNginx, startNginx } from '../../../support/nginx.ts'
import { freePort } from '../../../support/ports.ts'
import { startPostgres, type TestPostgres } from '../../../support/postgres.ts'
import { platestack, type Running, serve, stop } from '../../../support/program.ts'

const shell = promisify(execFile)

describe.runIf(hasNginx)('deploy/nginx.conf before several archives', () => {
  let pg: TestPostgres
  let env: Record<string, string>
  let archives: { port: number; running: Running }[]
  let token: string
  const start = async (port: number) => ({ port, running: await serve({ ...env, PORT: String(port) }) })
  beforeAll(async () => {
    pg = await startPostgres()
    env = { DATABASE_URL: await pg.createDatabase(undefined, 'template'), SUPERUSER_PASSWORD: 'ringbearer' }
    archives = [await start(await freePort()), await start(await freePort())]
    await platestack(['createsuperuser', '--noinput', '--username', 'frodo'], env)
    token = (await platestack(['token', 'frodo'], env)).stdout.trim()
  })
  afterAll(async () => {
    for (const { running } of archives ?? []) await stop(running)
    await pg?.stop()
  })

  test('a request has one id in its answer, the log of nginx and that of the archive; no ticket and no query is in either', async () => {
    const nginx = await startNginx({ archive: archives[0]!.port })
    const nobody = await startNginx({ archive: await freePort() })
    try {
      const path = '/frames/zip/secretticket/?signature=secretsignature'
      const own = await fetch(nginx.url + path)
      const given = await fetch(nginx.url + path, { headers: { 'x-request-id': 'given-1' } })
      const hostile = await fetch(nginx.url + path, { headers: { 'x-request-id': 'x'.repeat(2000) } })
      expect(given.headers.get('x-request-id')).toBe('given-1')
      for (const { status, headers } of [own, given, hostile]) {
        const id = headers.get('x-request-id')!
        expect([status, id]).toEqual([404, expect.stringMatching(/^([0-9a-f]{32}|given-1)$/)])
        await archives[0]!.running.printed(new RegExp(`"request":"${id}".*"path":"/frames/zip/…/"`))
        await expect.poll(nginx.requests).toContain(`"request":"${id}"`)
      }
      const lines = (await nginx.requests()).trim().split('\n')
      expect(lines.map((line) => JSON.parse(line))).toContainEqual(
        expect.objectContaining({ request: 'given-1', path: '/frames/zip/...', status: 404, method: 'GET' }),
      )
      expect(lines.join() + archives[0]!.running.stderr).not.toMatch(/secret/)
      const away = await fetch(`${nobody.url}/frames/`)
      expect(away.status).toBe(502)
      await expect.poll(nobody.requests).toContain(`"request":"${away.headers.get('x-request-id')}"`)
      expect(away.headers.get('access-control-expose-headers')).toContain('X-Request-ID')
    } finally {
      await Promise.all([nginx.stop(), nobody.stop()])
    }
  })

  test('both are restarted in turn, three times, and none of the requests meanwhile gets a 502', async () => {
    const nginx = await startNginx({ archive: archives.map(({ port }) => port) })
    const statuses = new Map<string, number>()
    let going = true
    let written = 0
    const send = async (path: string, init: RequestInit = {}) => {
      const response = await fetch(nginx.url + path, init)
      await response.text()
      const what = `${init.method ?? 'GET'} ${path.replace(/\d+/, 'n')} ${response.status}`
      statuses.set(what, (statuses.get(what) ?? 0) + 1)
    }
    const json = { 'content-type': 'application/json' }
    const loads = Array.from({ length: 8 }, async (_, i) => {
      while (going) {
        await send('/frames/')
        if (i < 4) await send('/frames/zip/', { method: 'POST', headers: json, body: '{"frame_ids":[999999]}' })
        else {
          const body = JSON.stringify(newFrame(`frame-${written++}`))
          await send('/frames/', { method: 'POST', headers: { ...json, authorization: `Token ${token}` }, body })
        }
      }
    })
    for (const turn of [0, 1, 0, 1, 0, 1]) {
      const { port, running } = archives[turn]!
      expect(await stop(running)).toBe(0)
      archives[turn] = await start(port)
    }
    going = false
    await Promise.all(loads)
    await nginx.stop()
    expect([...statuses.keys()].sort()).toEqual(['GET /frames/ 200', 'POST /frames/ 201', 'POST /frames/zip/ 404'])
    expect(Math.min(...statuses.values())).toBeGreaterThan(20)
  }, 240_000)

  test('JSON is compressed for who accepts that, and caches know it', async () => {
    const nginx = await startNginx({ archive: archives[0]!.port })
    const plain = await shell('curl', ['-sS', `${nginx.url}/openapi/`], { maxBuffer: 1 << 24 })
    const zipped = await shell('curl', ['-sS', '-D', '-', '--compressed', `${nginx.url}/openapi/`], {
      maxBuffer: 1 << 24,
    })
    await nginx.stop()
    const [head, body] = zipped.stdout.split('\r\n\r\n') as [string, string]
    expect(head).toMatch(/^content-encoding: gzip\r?$/im)
    expect(head).toMatch(/^vary: .*accept-encoding/im)
    expect(body).toBe(plain.stdout)
  })

  test('what nginx says itself when no archive answers is JSON, with Retry-After, for every origin', async () => {
    const silent = createServer().listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const late = await startNginx({ archive: (silent.address() as { port: number }).port, readTimeout: 1 })
    const gone = await startNginx({ archive: [await freePort(), await freePort()] })
    for (const [nginx, status] of [
      [gone, 502],
      [late, 504],
    ] as const)
      for (const init of [{}, { method: 'POST', body: '{}' }]) {
        const response = await fetch(`${nginx.url}/frames/`, init)
        expect([response.status, response.headers.get('content-type')]).toEqual([status, 'application/json'])
        expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0)
        expect(response.headers.get('access-control-allow-origin')).toBe('*')
        expect(await response.json()).toEqual({ detail: expect.stringContaining('Try again') })
      }
    await Promise.all([late.stop(), gone.stop()])
    silent.close()
  })

  test('the lines for TLS pass nginx -t, serve https, and send http there', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'platestack-tls-'))
    const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')]
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1']
    await shell('openssl', [
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-keyout',
      key,
      '-out',
      certificate,
      ...subject,
    ])
    const httpPort = await freePort()
    const place = { archive: archives[0]!.port, tls: { certificate, key, httpPort } }
    const { code, said } = await checkNginx(place)
    expect([code, said]).toEqual([0, expect.not.stringMatching(/warn|emerg/)])
    const nginx = await startNginx(place)
    const ca = await readFile(certificate)
    const [body, hsts] = await new Promise<[string, unknown]>((resolve, reject) => {
      request({ host: '127.0.0.1', port: nginx.port, path: '/', ca }, async (answer) => {
        resolve([Buffer.concat(await answer.toArray()).toString(), answer.headers['strict-transport-security']])
      })
        .on('error', reject)
        .end()
    })
    expect(JSON.parse(body)).toMatchObject({ frames: `https://127.0.0.1:${nginx.port}/frames/` })
    expect(hsts).toMatch(/^max-age=\d+$/)
    const sent = await fetch(`http://127.0.0.1:${httpPort}/frames/?a=b`, { redirect: 'manual' })
    expect([sent.status, sent.headers.get('location')]).toEqual([308, 'https://127.0.0.1/frames/?a=b'])
    await nginx.stop()
    await rm(folder, { recursive: true })
  })
})
