// platestack/client: an archive's API, typed, and what everybody writes who uses one. It runs wherever there is fetch; what writes
// files is platestack/client/files.

export { type Archive, type ArchiveOptions, dataOf, openArchive } from './archive.ts'
export type { BulkOptions } from './bulk.ts'
export type { Login } from './credentials.ts'
export { ArchiveError, type Reason } from './error.ts'
export type { FrameFile } from './frame_file.ts'
export type { ListOptions } from './pages.ts'
export type {
  BulkOutcome,
  Frame,
  FrameQuery,
  FrameRecord,
  Item,
  ListPath,
  Query,
  Version,
  WrittenFrame,
  ZipRequest,
} from './records.ts'
export type { components, operations, paths } from './schema.ts'
export type { TransferOptions } from './transfer.ts'
