import { parseConfig } from '../../src/config/config.ts'
import { bytesSource } from '../../src/fits/source.ts'
import type { IngestFile, ProposalTags, Rules } from '../../src/ingest/describe/description.ts'
import { nightFile } from './fits_file.ts'

/** What ingest is told by an environment. */
export function rulesOf(environment: Record<string, string> = {}): Rules {
  const { ingest, files } = parseConfig(environment)
  return { ...ingest, classOverrides: files.classOverrides }
}

export const noTags: ProposalTags = async () => []

/** A file of some bytes; as a stream it comes in pieces. */
export function fileOf(filename: string, bytes: Uint8Array): IngestFile {
  return {
    name: filename,
    filename,
    size: bytes.length,
    open: async () => bytesSource(bytes),
    stream: () => piecesOf(bytes),
  }
}

export function piecesOf(bytes: Uint8Array, length = 10_007): ReadableStream<Uint8Array> {
  let at = 0
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) return controller.close()
      // a copy: whoever reads the stream owns what it gives
      controller.enqueue(bytes.slice(at, at + length))
      at += length
    },
  })
}

/** Files `PREFIX-0001-e00.fits` and so on, each with a content of its own. */
export const manyFiles = (prefix: string, count: number): IngestFile[] =>
  Array.from({ length: count }, (_, i) => {
    const name = `${prefix}-${String(i).padStart(4, '0')}-e00`
    return fileOf(`${name}.fits`, nightFile({ OBJECT: name }))
  })
