-- What `platestack doctor` and /admin/status/ ask a database of itself: the catalogue and settings
-- alone, whatever the number of frames.

-- name: server
-- The server, this connection to it, and the time on its clock.
select current_setting('server_version') as version, current_setting('server_version_num')::int as version_number,
  current_setting('server_encoding') as encoding, pg_is_in_recovery() as is_replica, current_setting('statement_timeout') as statement_timeout,
  (select extversion from pg_extension where extname = 'postgis') as postgis,
  (select extversion from pg_extension where extname = 'pg_trgm') as pg_trgm,
  coalesce((select ssl from pg_stat_ssl where pid = pg_backend_pid()), false) as is_encrypted,
  current_user::text as role, extract(epoch from clock_timestamp())::float8 as clock
-- name: rights
-- Tables of ours that this role may not read or write.
select coalesce(array_agg(c.relname::text order by c.relname), '{}') as refused
from pg_class c
where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p') and c.relname = any (:tables::text[])
  and not (has_table_privilege(c.oid, 'select') and has_table_privilege(c.oid, 'insert')
    and has_table_privilege(c.oid, 'update') and has_table_privilege(c.oid, 'delete'))
-- name: indexes
-- The indexes of our tables, with the definition from `using` on.
select t.relname::text as "table", c.relname::text as name, i.indisvalid as is_valid, i.indisunique as is_unique,
  lower(substring(pg_get_indexdef(i.indexrelid) from 'USING .*$')) as definition, pg_get_indexdef(i.indexrelid) as statement,
  exists (select from pg_stat_progress_create_index p where p.index_relid = i.indexrelid) as is_being_built
from pg_index i
join pg_class c on c.oid = i.indexrelid
join pg_class t on t.oid = i.indrelid
where t.relnamespace = current_schema()::regnamespace
-- name: triggers
-- The triggers of tables that are not part of another, and whether they fire when the archive writes.
select t.tgname::text as name, c.relname::text as "table", t.tgenabled in ('O', 'A') as is_on
from pg_trigger t
join pg_class c on c.oid = t.tgrelid
where c.relnamespace = current_schema()::regnamespace and not t.tgisinternal and not c.relispartition
-- name: partitioned
select c.relkind = 'p' as is_partitioned from pg_class c where c.oid = to_regclass('frames')
-- name: position
-- Where a writer is in its log; a replica is compared with it.
select pg_current_wal_lsn()::text as written
-- name: lag
-- How far a replica is behind: in bytes of the writer's log, and in time since what it has replayed
-- last was committed, where something is left to be replayed.
select pg_wal_lsn_diff(:written::text::pg_lsn, pg_last_wal_replay_lsn())::float8 as bytes,
  case when pg_last_wal_replay_lsn() < :written::text::pg_lsn then extract(epoch from now() - pg_last_xact_replay_timestamp())::float8 else 0 end as seconds,
  exists (select from pg_stat_wal_receiver) as is_receiving
