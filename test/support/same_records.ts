import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { Variables } from './program.ts'
import { ONLY_OLD_ASTROPY, startIngester } from './python.ts'

/** What of a line of `platestack ingest --dry-run --json` the published library can tell too. */
interface Described {
  path: string
  content_type: string
  md5: string
  record: { headers: Record<string, unknown>; area: { coordinates: number[][][] } | null }
}
const DEGREES = 1e-9

/**
 * Each of these files has the record, the path and the content type that the published library gives it. `dryRun` gives what `platestack ingest --dry-run --json` prints about them; throws an AssertionError that names the file.
 */
export async function checkRecords(
  paths: readonly string[],
  dryRun: (paths: readonly string[]) => Promise<string>,
  env: Variables,
): Promise<void> {
  const lines = (await dryRun(paths)).split('\n').filter(Boolean)
  const ours = new Map(lines.map((line) => JSON.parse(line) as Described).map((line) => [line.md5, line]))
  const python = await startIngester(env)
  const ask = async (call: string, path: string) => {
    const answer = await python.call(call, path)
    if ('raised' in answer) throw new Error(`${path}: ${answer.raised}: ${answer.message}`)
    return answer.ok
  }
  try {
    for (const path of paths) {
      const line = ours.get(
        createHash('md5')
          .update(await readFile(path))
          .digest('hex'),
      )
      assert.ok(line, `${path} is not among what would be ingested`)
      assert.deepEqual({ path: line.path, content_type: line.content_type }, await ask('stored_path', path))
      const theirs = (await ask('validate_fits_and_create_archive_record', path)) as Described['record']
      sameRecord(line.record, theirs, path)
    }
  } finally {
    await python.stop()
  }
}

/** All equal, the area to 1e-9 degrees; without the cards that only older releases of astropy show. Their order is not the same in all releases. */
function sameRecord(ours: Described['record'], theirs: Described['record'], name: string): void {
  const { headers, area, ...rest } = ours
  const { headers: theirHeaders, area: theirArea, ...theirRest } = theirs
  assert.deepEqual(rest, theirRest, name)
  const cards = Object.entries(headers).filter(([key]) => key in theirHeaders || !ONLY_OLD_ASTROPY.includes(key))
  assert.deepEqual(Object.fromEntries(cards), theirHeaders, name)
  const [ring, theirRing] = [area?.coordinates.flat(2), theirArea?.coordinates.flat(2)]
  assert.equal(ring?.length, theirRing?.length, name)
  ring?.forEach((value, i) => {
    assert.ok(Math.abs(value - theirRing![i]!) < DEGREES, `${name}: the area`)
  })
}
