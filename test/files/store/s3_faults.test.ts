import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, test } from 'vitest'
import type { S3Config } from '../../../src/config/types.ts'
import { s3Store } from '../../../src/files/store/s3.ts'
import { s3Platform } from '../../../src/runtimes/node/s3.ts'
import { code, facts, log, md5Of, path, QUICK, read } from '../../support/s3_store.ts'

const config: S3Config = {
  bucket: 'frames',
  endpoint: null,
  region: 'us-east-1',
  credentials: { accessKeyId: 'TESTACCESSKEY0000001', secretAccessKey: 'test/secret+key', sessionToken: null },
  signatureVersion: 's3v4',
  addressingStyle: 'path',
  daysToIaStorage: 60,
}

describe('the S3 store', () => {
  describe('when the server fails', () => {
    /** A server that answers what it is told to: no real one fails on demand. */
    async function failing(answer: (request: IncomingMessage, response: ServerResponse, nth: number) => void) {
      let count = 0
      const server = createServer((incoming, response) => {
        incoming.resume()
        answer(incoming, response, count++)
      })
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      const other = await s3Store(
        { ...config, endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}` },
        log,
        s3Platform,
        QUICK,
      )
      const close = async () => {
        other.close?.()
        server.closeAllConnections()
        await new Promise((resolve) => server.close(resolve))
      }
      return { store: other, close, count: () => count }
    }
    const refuse = (response: ServerResponse, status: number, name: string) =>
      void response
        .writeHead(status, { 'content-type': 'application/xml' })
        .end(`<?xml version="1.0"?><Error><Code>${name}</Code><Message>m</Message></Error>`)
    const file = { path, key: 'v1', newest: true, isPublic: false }

    test.each([
      [500, 'InternalError'],
      [503, 'SlowDown'],
      [429, 'TooManyRequests'],
      [502, '<html>'],
    ] as const)('%i %s passes: asked again, until it is over', async (status, name) => {
      const passing = await failing((request, response, nth) => {
        if (nth < 2) return refuse(response, status, name)
        response
          .writeHead(200, { 'content-length': 5, etag: '"e"' })
          .end(request.method === 'GET' ? 'hello' : undefined)
      })
      expect((await passing.store.stat(file))?.size ?? null).toBe(5)
      expect(passing.count()).toBe(3)
      await passing.close()
      const lasting = await failing((_, response) => refuse(response, status, name))
      const began = Date.now()
      expect(await code(lasting.store.stream(file))).toBe('store_unavailable')
      expect(lasting.count()).toBeGreaterThan(2)
      expect(Date.now() - began).toBeLessThan(10_000)
      await lasting.close()
    })

    test.each([
      [403, 'AccessDenied', 'store_unavailable'],
      [400, 'ExpiredToken', 'store_unavailable'],
      [301, 'PermanentRedirect', 'store_unavailable'],
    ] as const)('%i %s lasts: not asked again', async (status, name, expected) => {
      const lasting = await failing((_, response) => refuse(response, status, name))
      expect(await code(lasting.store.stream(file))).toBe(expected)
      expect(await code(lasting.store.delete(file))).toBe(expected)
      expect(lasting.count()).toBe(2)
      await lasting.close()
    })

    test('a version id that S3 cannot read is of no file', async () => {
      const strict = await failing(
        (_, response) =>
          void response
            .writeHead(400, { 'content-type': 'application/xml' })
            .end(
              '<Error><Code>InvalidArgument</Code><Message>Invalid version id specified</Message><ArgumentName>versionId</ArgumentName></Error>',
            ),
      )
      expect((await strict.store.stat(file))?.size ?? null).toBeNull()
      expect(await strict.store.stream(file)).toBeNull()
      await strict.store.delete(file)
      await strict.close()
    })

    test.each([
      [403, 'AccessDenied'],
      [404, 'NoSuchKey'],
      [500, 'InternalError'],
    ] as const)('%i %s in the middle of a file: an error, never a short file', async (status, name) => {
      const half = await failing((request, response, nth) => {
        if (nth > 0) return refuse(response, status, name)
        response.writeHead(200, { 'content-length': 1_000_000 }).write(Buffer.alloc(500_000))
        setTimeout(() => request.socket.destroy(), 50)
      })
      const { body, size } = (await half.store.stream(file))!
      expect(size).toBe(1_000_000)
      await expect(read(body).then(md5Of)).rejects.toThrow('The file store')
      expect(half.count()).toBeGreaterThan(1)
      await half.close()
    })

    test('a rest of another length is not joined to what came before', async () => {
      const odd = await failing((request, response, nth) => {
        if (nth > 0)
          return void response.writeHead(206, { 'content-length': 4, 'content-range': 'bytes 0-3/4' }).end('odd!')
        response.writeHead(200, { 'content-length': 1_000_000 }).write(Buffer.alloc(500_000))
        setTimeout(() => request.socket.destroy(), 50)
      })
      const { body } = (await odd.store.stream(file))!
      await expect(read(body).then(md5Of)).rejects.toThrow('another length')
      await odd.close()
    })

    test('many uploads at once ask whether the bucket keeps versions once, and again after a failure', async () => {
      let [asked, isDown] = [0, true]
      const bytes = new TextEncoder().encode('hello')
      const bucket = await failing((request, response) => {
        if (!request.url!.includes('versioning'))
          return void response.writeHead(200, { etag: `"${md5Of(bytes)}"`, 'x-amz-version-id': 'v1' }).end()
        asked++
        if (isDown) return refuse(response, 503, 'SlowDown')
        response
          .writeHead(200, { 'content-type': 'application/xml' })
          .end('<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>')
      })
      const put = () => code(bucket.store.put(path, new Blob([bytes]), facts(bytes)))
      expect(new Set(await Promise.all(Array.from({ length: 10 }, put)))).toEqual(new Set(['store_unavailable']))
      ;[asked, isDown] = [0, false]
      await Promise.all(Array.from({ length: 10 }, () => bucket.store.put(path, new Blob([bytes]), facts(bytes))))
      expect(asked).toBe(1)
      await bucket.close()
    })
  })
})
