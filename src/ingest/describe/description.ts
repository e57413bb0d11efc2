import type { FileClass, FileClassOverrides } from '../../config/file_classes.ts'
import type { IngestConfig } from '../../config/types.ts'
import type { FileBody } from '../../files/store/store.ts'
import type { HeaderDict } from '../../fits/header/dictionary.ts'
import type { Source } from '../../fits/source.ts'

/** A file to be ingested, as a runtime offers it. It may be read several times. */
export interface IngestFile extends FileBody {
  /** As its user knows it: for messages. */
  name: string
  /** The name in the archive, with its extension and without folders. */
  filename: string
  /** For reading its headers; what is opened is to be cancelled. */
  open(): Promise<Source>
  /** All that is in it now, where that is cheaper than its stream. */
  bytes?(): Promise<Uint8Array<ArrayBuffer>>
}

/** What ingest needs of the configuration. */
export interface Rules extends IngestConfig {
  classOverrides: FileClassOverrides
}

/**
 * What a file's name, its headers and the metadata given beside it say of it; nothing of its
 * content yet.
 */
export interface Description {
  class: FileClass
  /** Where it belongs in the store. */
  path: string
  /** Empty where none is known. */
  contentType: string
  basename: string
  /** With its dot; empty without one. */
  extension: string
  record: IngestRecord
  /** What was tolerated, in words for the operator. */
  warnings: string[]
}

/**
 * The record that is POSTed, without its `version_set`. Members are in the order of the reference's
 * record.
 */
export interface IngestRecord {
  reduction_level: number
  observation_day: unknown
  observation_date: unknown
  proposal_id: unknown
  instrument_id: unknown
  target_name: unknown
  site_id: unknown
  telescope_id: unknown
  exposure_time: unknown
  primary_optical_element: unknown
  public_date: unknown
  configuration_type: unknown
  observation_id: unknown
  request_id: unknown
  related_frame_filenames: unknown[]
  frame_basename: unknown
  size: unknown
  headers: HeaderDict
  /** A closed ring of five corners, RA and Dec in degrees; null: the headers do not say. */
  area: { type: 'Polygon'; coordinates: number[][][] } | null
  basename: string
}

/** A file that cannot go in as it is: the reason will be the same at every further try. */
export class BadFile extends Error {
  /** The header it is about; null: none in particular. */
  readonly header: string | null

  constructor(reason: string, header: string | null = null) {
    super(reason)
    this.header = header
  }
}

/** Metadata that is given beside a file: header keyword to value. */
export type Metadata = HeaderDict

/**
 * The Observation Portal's tags of a proposal; none where it does not know it.
 * @throws whatever the request failed with: a private proposal must not pass for one without tags
 * @throws BadFile where it refuses the question
 */
export type ProposalTags = (proposal: string) => Promise<readonly string[]>
