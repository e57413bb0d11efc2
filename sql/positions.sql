-- Positions in the write-ahead log, as numbers of bytes, by which it is known what a replica has.

-- name: writer
-- Up to where the log is on the disk: what was committed before is below, but for commits of
-- `synchronous_commit = off`, which follow within a second. What is behind it in memory alone may
-- stay there for long without a commit, so that no replica reaches it.
select pg_is_in_recovery() as standby,
  (case when pg_is_in_recovery() then pg_last_wal_replay_lsn() else pg_current_wal_flush_lsn() end - '0/0'::pg_lsn)::float8 as position,
  pg_postmaster_start_time()::text as started,
  (select system_identifier::text from pg_control_system()) as system
-- name: replica
-- Up to where it has been replayed. Once the server has been made the writer, that is all there is.
select pg_is_in_recovery() as standby,
  (case when pg_is_in_recovery() then pg_last_wal_replay_lsn() else pg_current_wal_insert_lsn() end - '0/0'::pg_lsn)::float8 as position,
  pg_postmaster_start_time()::text as started,
  (select system_identifier::text from pg_control_system()) as system
-- name: seen
-- What has been read there is below, whether it is on the disk or not.
select (case when pg_is_in_recovery() then null else pg_current_wal_insert_lsn() end - '0/0'::pg_lsn)::float8 as position
