import type { TestArchive } from './archive.ts'

/** A line of the answer of POST /frames/bulk/. */
export interface Told {
  line: number
  basename: string | null
  outcome: string
  id?: number
  filename?: string
  url?: string
  version_set?: { id: number; key: string; md5: string; extension: string; created: string; url?: string }[]
  status?: number
  errors?: Record<string, unknown>
}

export const linesOf = (text: string): Told[] =>
  text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Told)

export const ndjson = (records: readonly unknown[]): string => records.map((r) => `${JSON.stringify(r)}\n`).join('')

/** Sends a body of lines as the superuser; what is not a 200 is a failure of the test. */
export async function bulk(
  archive: TestArchive,
  body: BodyInit,
  headers: Record<string, string> = {},
): Promise<Told[]> {
  const response = await archive.request('/frames/bulk/', {
    method: 'POST',
    token: archive.root,
    body,
    headers: { 'content-type': 'application/x-ndjson', ...headers },
    ...(body instanceof ReadableStream ? ({ duplex: 'half' } as object) : {}),
  })
  const text = await response.text()
  if (response.status !== 200) throw new Error(`${response.status} ${text}`)
  return linesOf(text)
}

/** What a query gives in an archive's database. */
export const rows = async (from: TestArchive, sql: string) =>
  JSON.parse(JSON.stringify(await from.services.writer.unsafe(sql)))

/** A small square on the sky. */
export const square = (ra: number) => ({
  type: 'Polygon',
  coordinates: [
    [
      [ra, 0],
      [ra, 1],
      [ra + 1, 1],
      [ra, 0],
    ],
  ],
})
