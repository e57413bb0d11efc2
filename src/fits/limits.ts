// Bounds on what a file may make the archive hold or do. Real files stay far below them.

/** Blocks of 2880 bytes in one header (11.8 MB). */
export const MAX_HEADER_BLOCKS = 4096
/** The table of tiles of one image, bytes: 8 to 40 bytes a tile. */
export const MAX_TILE_TABLE = 64 * 2 ** 20
/** One row of tiles unpacked, bytes: the unit of work. An image may be one single tile. */
export const MAX_BAND = 512 * 2 ** 20
/** One tile or table column as it is packed, bytes. */
export const MAX_PACKED_TILE = 256 * 2 ** 20
/** An HDU larger than BOMB_SIZE must not unpack to more than this many times its packed size. */
export const BOMB_RATIO = 10_000
export const BOMB_SIZE = 256 * 2 ** 20
/** Axes of an image: CFITSIO packs no more than six. */
export const MAX_PACKED_AXES = 6
/** Bytes remembered of a source that cannot seek. */
export const MAX_SPOOL = 2 ** 30
/** All variable-length arrays of one packed table, unpacked, bytes: they come in no order. */
export const MAX_TABLE_HEAP = 256 * 2 ** 20
