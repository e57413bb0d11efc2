-- What waits in the archive's queues, and how long the first of each has waited. A few pages of each
-- are read, however long it is: counts end at :most, which then means "at least".
select
  (select count(*) from (select from outbox where dead is null limit :most::int) q)::int as outbox_waiting,
  coalesce((select extract(epoch from clock_timestamp() - o.created) from outbox o where o.dead is null order by o.id limit 1), 0)::float8 as outbox_oldest_s,
  (select count(*) from (select from outbox where dead is not null limit :most::int) q)::int as outbox_dead,
  (select count(*) from (select from removals limit :most::int) q)::int as removals_waiting,
  coalesce((select extract(epoch from clock_timestamp() - r.created) from removals r order by r.id limit 1), 0)::float8 as removals_oldest_s,
  exists (select from rollup_state) as rollups_built,
  (select count(*) from (select from rollup_queue limit :most::int) q)::int as rollups_waiting,
  -- as the last ANALYZE left it; of partitions their sum
  (select sum(greatest(c.reltuples, 0)) from pg_class c
   where c.relkind = 'r'
     and (c.oid = 'frames'::regclass or c.oid in (select i.inhrelid from pg_inherits i where i.inhparent = 'frames'::regclass)))::float8
    as frames_estimated
