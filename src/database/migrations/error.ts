/**
 * Why a database was not migrated, in words for the operator. Nothing was changed unless it says
 * so.
 */
export class MigrationError extends Error {
  override name = 'MigrationError'
}
