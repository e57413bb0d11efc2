/** The collections whose addresses the archive gives at its root. */
export const COLLECTIONS = ['frames', 'versions', 'thumbnails', 'profile'] as const
