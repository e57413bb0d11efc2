import type { Answer } from '../../ingest/deliver/answers.ts'
import type { Archive } from '../../ingest/deliver/archive.ts'
import type { ImportRecord } from '../record.ts'
import type { Batch, SourceFrame } from '../source.ts'

/** A frame that is here, as the source's are read; its ids are those of this archive. */
export type FrameHere = SourceFrame

/** What is compared beside the frame itself. */
export interface DetailsHere {
  /** JSON, with every digit. */
  headers: string
  /** Basenames of related frames that have a file. */
  related: string[]
}

/** The archive that frames are taken over into. What is away is thrown as Unavailable. */
export interface Target {
  readonly name: string
  /** Whether it keeps when versions were added at the source. */
  readonly keepsTimes: boolean
  /** Those of these frames that are here, by basename. */
  find(frames: readonly SourceFrame[]): Promise<Map<string, FrameHere>>
  /** Of a frame here. */
  details(id: number): Promise<DetailsHere>
  put(record: ImportRecord): Promise<Answer>
  /** All frames here that match the filters of the import. */
  walk(signal: AbortSignal): AsyncGenerator<Batch, void, undefined>
  /** As an ingester sees it: for thumbnails and uploads. */
  readonly archive: Archive
  notes: Notes
}

/** What is remembered from run to run. */
export interface Notes {
  get(): Promise<unknown>
  put(value: unknown): Promise<void>
}
