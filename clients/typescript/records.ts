import type { components, operations, paths } from './schema.ts'

/** A frame as the archive shows it. */
export type Frame = components['schemas']['Frame']
/** A stored file of a frame. */
export type Version = components['schemas']['Version']
/** The record of a frame, as `ingest` sends it. */
export type FrameRecord = operations['framesCreate']['requestBody']['content']['application/json']
/** The answer to a record. */
export type WrittenFrame = components['schemas']['WrittenFrame']
/** What became of a record among many; `line` is its number, from 1. */
export type BulkOutcome = components['schemas']['BulkOutcome']
/** The frames of a ZIP, and in what form. */
export type ZipRequest = components['schemas']['ZipRequest']
/** The filters of `/frames/`. */
export type FrameQuery = NonNullable<operations['framesList']['parameters']['query']>

/** The lists of the archive. */
export type ListPath = '/frames/' | '/thumbnails/' | '/versions/'
type Page<Path extends ListPath> = paths[Path]['get']['responses'][200]['content']['application/json']
/** An item of a list. */
export type Item<Path extends ListPath> = Page<Path>['results'][number]
/** The filters of a list; or the text of a query, or the address of a page. */
export type Query<Path extends ListPath> =
  | NonNullable<paths[Path]['get']['parameters']['query']>
  | URLSearchParams
  | string
