/** What stored files are the files of. */
export type FilesOf = 'versions' | 'thumbnails'

/** How files are verified: read from the first byte to the last, or only asked for at the store. */
export type Reading = 'whole' | 'quick'

/**
 * What is wrong with a stored file, the most telling first. `unreadable` is no damage: the store
 * failed, and the file is tried again.
 */
export type FindingKind = 'missing' | 'size' | 'md5' | 'crc32' | 'unreadable'
