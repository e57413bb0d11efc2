-- What an embedded PostgreSQL has to be told to do, having no background processes: statements, in order.
-- A checkpoint when 64 MB of the write-ahead log would have to be replayed: the log grows without end otherwise. Vacuum and analyze
-- by the rules of autovacuum (50 rows and a fifth, or a tenth, of the table; 1000 and a fifth after inserts alone).
-- reltuples is -1 for a table that was never analyzed. Cost: a millisecond.
select statement from (
  select 0 as place, 'checkpoint' as statement
  from pg_control_checkpoint()
  where pg_wal_lsn_diff(pg_current_wal_insert_lsn(), redo_lsn) > 67108864
  union all
  select 1, format(
    case
      when s.n_dead_tup > 50 + 0.2 * greatest(c.reltuples, 0) or s.n_ins_since_vacuum > 1000 + 0.2 * greatest(c.reltuples, 0)
        then 'vacuum (analyze, skip_locked) %I.%I'
      else 'analyze (skip_locked) %I.%I'
    end, s.schemaname, s.relname)
  from pg_stat_user_tables s
  join pg_class c on c.oid = s.relid
  where s.n_dead_tup > 50 + 0.2 * greatest(c.reltuples, 0)
    or s.n_ins_since_vacuum > 1000 + 0.2 * greatest(c.reltuples, 0)
    or s.n_mod_since_analyze > 50 + 0.1 * greatest(c.reltuples, 0)
) due
order by place, statement
