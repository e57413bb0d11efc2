/** A stored file of a frame, as its archive shows it. */
export interface SourceVersion {
  id: number
  key: string
  md5: string
  extension: string
  created: string
  /** null: not known. */
  size: number | null
  crc32: number | null
  /** Where the archive says that it can be fetched; null: it does not say. */
  url: string | null
}

/** A thumbnail of a frame. */
export interface SourceThumbnail {
  basename: string
  size: string
  extension: string
  key: string
  url: string | null
}

/** A frame of another archive. */
export interface SourceFrame {
  id: number
  basename: string
  /** Area and columns by their names, as JSON has them; those that the archive does not show are not there. */
  columns: Record<string, unknown>
  /** Newest first. */
  versions: SourceVersion[]
  thumbnails: SourceThumbnail[]
  /** Ids of related frames, of which the caller need not see all. */
  related: readonly number[]
}

/** A frame that its archive cannot give, or gives as something that is none. */
export interface Unreadable {
  id: number | null
  basename: string | null
  reason: string
}

/** What is asked for apart from the frame itself. */
export interface Details {
  /** JSON as the archive has it, with every digit. */
  headers: string
  /** Basenames of related frames. */
  related: string[]
  /** Those among them that are no mere placeholders. */
  listed: string[]
}

/** How far a walk has come: everything up to that id is done. */
export interface Place {
  id: number
  /** How many frames that was, for archives that know no other way to go on. */
  offset: number
}

/** Some frames in the order of their ids, and where the next ones begin. */
export interface Batch {
  frames: (SourceFrame | Unreadable)[]
  place: Place
}

/** The bytes of a file, that come once. */
export interface Arriving {
  /** Bytes; null: the archive does not say. */
  size: number | null
  chunks: AsyncIterable<Uint8Array>
}

/** A file that can be asked for, and asked for again from its beginning. */
export type Origin = (signal: AbortSignal) => Promise<Arriving>

/** What a walk gives. */
export interface Walk {
  after: Place
  /** Only what was modified after that time, where the source can tell; null: all. */
  since: string | null
}

/** An archive that frames are taken from. What is away is waited for; what is thrown then ends the run. */
export interface Source {
  /** How it is called in messages. */
  readonly name: string
  /** Whether it can tell what was modified since a time. */
  readonly tellsChanges: boolean
  /** Whether details come with the frame, so that asking for them costs nothing. */
  readonly givesDetails: boolean
  /** Its clock, as ISO 8601. */
  now(): Promise<string>
  /** null: not known. */
  count(since: string | null, signal: AbortSignal): Promise<number | null>
  walk(walk: Walk, signal: AbortSignal): AsyncGenerator<Batch, void, undefined>
  /** Frames by their ids; those that are gone are left out. */
  get(ids: readonly number[], signal: AbortSignal): Promise<(SourceFrame | Unreadable)[]>
  details(frame: SourceFrame, signal: AbortSignal): Promise<Details>
  /** null: its files cannot be had from here. */
  file(frame: SourceFrame, version: SourceVersion): Origin | null
  thumbnail(frame: SourceFrame, thumbnail: SourceThumbnail): Origin | null
  close(): Promise<void>
}

/** Whether it is a frame. */
export const isReadable = (frame: SourceFrame | Unreadable): frame is SourceFrame => !('reason' in frame)

/** The beginning of all walks. */
export const START: Place = { id: -1, offset: 0 }
