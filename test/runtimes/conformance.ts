import { afterAll, beforeAll, expect, test } from 'vitest'
import { accounts, type Recording, Replay, type Replayed, recordings, STORE } from '../contract/recordings.ts'
import { ask, type Live, putFile, type Running } from './live.ts'

/** An archive over HTTP, of which URLs are compared by their paths: its store signs them. */
function replayed(live: Live): Replayed {
  const { bucket, relay } = live.store
  const signed = new RegExp(`http://127\\.0\\.0\\.1:${relay.port}/${bucket}/([^"?]*)\\?[^"]*`, 'g')
  const fetched = new RegExp(`/zip-files/${bucket}/([^ ?]*)\\?\\S*`, 'g')
  return {
    base: live.baseUrl,
    request: (path, init) => ask(live, path, { ...init, redirect: 'manual' }),
    put: (path, bytes) => putFile(live.store, path, bytes),
    unsigned: (text) => text.replace(signed, `${STORE}/$1`).replace(fetched, '/zip-files/$1'),
  }
}

/** As recorded, but that a file on S3 stays where it was put when its frame gets another day. */
const onS3 = (recording: Recording): Recording =>
  recording.name === 'patch'
    ? JSON.parse(JSON.stringify(recording).replaceAll('{store}/cpt/kb70/20180101', '{store}/cpt/kb70/20160101'))
    : recording

/** Every recording in its order, on an archive to which nothing else writes meanwhile. */
export function testConformance(name: 'archive' | 'thumbnails', start: () => Promise<Running>): void {
  let live: Running
  let replay: Replay
  beforeAll(async () => {
    live = await start()
    replay = new Replay(replayed(live), accounts())
    await replay.load()
  })
  afterAll(() => live?.stop())

  test.each(recordings(name).map((r) => [`${r.group}: ${r.name}`, r] as const))('%s', async (_, recording) => {
    expect(await replay.play(onS3(recording))).toEqual([])
  })
}
