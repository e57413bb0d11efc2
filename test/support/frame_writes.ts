import { afterAll, beforeAll } from 'vitest'
import { type TestArchive, testArchive } from './archive.ts'

export let archive: TestArchive

/** Starts the archive that these write to, and ends it with the tests of the file. */
export function useArchive(): void {
  beforeAll(async () => {
    archive = await testArchive()
  })
  afterAll(() => archive.close())
}

export type Json = Record<string, unknown>

export async function send(
  method: string,
  path: string,
  json: unknown,
  token: string | undefined = archive.root,
): Promise<{ status: number; body: Json }> {
  const response = await archive.request(path, { method, json, token })
  const text = await response.text()
  return { status: response.status, body: text === '' ? {} : (JSON.parse(text) as Json) }
}

export const patch = (id: number, json: unknown) => send('PATCH', `/frames/${id}/`, json)

export const read = async (path: string): Promise<Json> =>
  (await archive.request(path, { token: archive.root })).json() as Promise<Json>

export const counts = async (): Promise<number[]> => {
  const tables = ['frames', 'versions', 'headers', 'related_frames', 'thumbnails', 'outbox']
  return Promise.all(
    tables.map(async (table) =>
      Number((await archive.services.writer.unsafe(`select count(*) from ${table}`))[0]!.count),
    ),
  )
}
