/** Why a database was not migrated, in words for the operator; nothing was changed unless the message says so. */
export class MigrationError extends Error {
  override name = 'MigrationError'
}
