/** The columns of a frame that the paths of its files are made of. */
export interface Filed {
  basename: string
  site_id: string
  instrument_id: string
  observation_day: string | null
  reduction_level: number
  configuration_type: string
}

/** A version as far as its path goes. */
export interface FiledVersion {
  extension: string
  /** The columns that its path was made of; null: those that its frame has now. */
  filed: Filed | null
  /** The same of later versions of its frame with its extension. */
  newer: readonly (Filed | null)[] | null
  /** The same of later versions of frames that have had the name it is filed under. */
  elsewhere: readonly Filed[] | null
}

/** What the path of a thumbnail was made of; `name` where that was another than its own. */
export type FiledThumbnail = Pick<Filed, 'site_id' | 'instrument_id' | 'observation_day'> & {
  name?: string | undefined
}
