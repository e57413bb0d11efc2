/** What a file may make us hold or do, however small it is itself. Real files stay far below these. */

/** Blocks of 2880 bytes in one header (11.8 MB). */
export const MAX_HEADER_BLOCKS = 4096
/** The table of tiles of one image, bytes: 8 to 40 bytes a tile. */
export const MAX_TILE_TABLE = 64 * 2 ** 20
/** One row of tiles unpacked, bytes: the unit of work. An image packed as one single tile is as large as its tile. */
export const MAX_BAND = 512 * 2 ** 20
/** One tile or table column as it is packed, bytes. */
export const MAX_PACKED_TILE = 256 * 2 ** 20
/** HDUs above BOMB_SIZE must not unpack to more than this many times the bytes they are packed in. */
export const BOMB_RATIO = 10_000
export const BOMB_SIZE = 256 * 2 ** 20
/** Axes of an image: CFITSIO packs no more than six. */
export const MAX_PACKED_AXES = 6
/** What a stream that cannot go back may have to remember, bytes. */
export const MAX_SPOOL = 2 ** 30
/** The arrays of varying length of one packed table, unpacked, bytes: their places in the file are in no order. */
export const MAX_TABLE_HEAP = 256 * 2 ** 20
