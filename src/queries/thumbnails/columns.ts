import type { Filed, FiledThumbnail } from '../filed.ts'

/** A thumbnail with the columns of its frame, id and basename included, that make its path. */
export interface ThumbnailRow extends Filed {
  id: number
  thumbnail_id: number
  thumbnail_basename: string
  size: string
  extension: string
  key: string
  filed: FiledThumbnail | null
  observation_date: string | null
  public_date: string | null
}
