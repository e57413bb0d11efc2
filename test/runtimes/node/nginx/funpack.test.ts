import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { framePath } from '../../../../src/files/store/paths.ts'
import { dataFile, readJson } from '../../../support/data.ts'
import { newFrame, post } from '../../../support/frames.ts'
import { hasNginx, startNginx, type TestNginx } from '../../../support/nginx.ts'
import { type Line, linesOf, md5, redirected, type Setup, setUp, zipOf } from '../../../support/nginx_archive.ts'
import { ask } from '../../../support/nginx_backend.ts'

describe.runIf(hasNginx)('deploy/nginx.conf', () => {
  describe('with entries that the archive makes itself', () => {
    let setup: Setup
    let nginx: TestNginx
    let id: number
    beforeAll(async () => {
      setup = await setUp({})
      nginx = await startNginx({ archive: setup.backend.port, files: setup.archive.files, modZip: true })
      const bytes = await readFile(dataFile('fits', 'multi-r.fits.fz'))
      const hash = md5(bytes)
      const frame = newFrame('multi-r', {
        public_date: '2999-01-01T00:00:00',
        version_set: [{ key: hash, md5: hash, extension: '.fits.fz' }],
      })
      const path = framePath(frame as never as Parameters<typeof framePath>[0], '.fits.fz')
      await mkdir(join(setup.archive.files, path, '..'), { recursive: true })
      await writeFile(join(setup.archive.files, path), bytes)
      id = (await post(setup.archive, frame)).id
    })
    afterAll(async () => {
      await nginx?.stop()
      await setup?.close()
    })

    test('a sub-request of a POST asks for them without its body, and by the signature alone', async () => {
      const expected = readJson('fits', 'funpack.json') as Record<string, { size: number; md5: string }>
      const given = await zipOf(nginx.url, [id], { authorization: `Token ${setup.archive.root}` }, { uncompress: true })
      const [line] = linesOf(await given.text()) as [Line]
      expect(line.location).toMatch(`/frame-funpack/${id}/funpack/?version=`)
      for (let i = 0; i < 3; i++) {
        const { status, body } = await redirected(nginx, line.location, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ frame_ids: [id], padding: 'x'.repeat(50_000) }),
        })
        expect([status, body.length, md5(body)]).toEqual([200, line.size, expected['multi-r.fits.fz']!.md5])
        const { url, headers, body: sent } = setup.backend.seen.at(-1)!
        // mod_zip's own request has no Host that could be passed on
        expect([url, sent, headers['content-length'], headers.host]).toEqual([line.location, '', undefined, 'archive'])
      }
      const unsigned = await ask(nginx.url, line.location.replace(/\?.*/, ''))
      expect(unsigned.status).toBe(404)
    })
  })
})
