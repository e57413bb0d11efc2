-- A page of versions, newest first, with their count and the columns of their frames that a path is
-- made of. For staff: no visibility applies. One row more than the page, if there is one; a page
-- past the end is one row whose id is null. Cost: the page walks the index of its order, 100 ms for
-- each million versions that are passed over, and touches no rows but its own.

-- name: page
select total.*, page.*
from (:count) total
left join lateral (
  select :columns
  from (
    select v.id from versions v where true :filters
    order by v.created desc, v.id desc
    limit :limit::bigint + 1 offset :offset::bigint
  ) k
  join versions v on v.id = k.id
  join frames f on f.id = v.frame_id
  order by v.created desc, v.id desc
) page on true
-- name: count
-- Counts as far as :most. Beyond that it says what the planner says: the rows a page had when the
-- table was last analysed, times its pages now. A table that never was is counted to its end.
select coalesce(c.exact, greatest(c.estimate, :most::int + 1))::float8 as count, c.exact is null as estimated
from (
  select b.estimate, case
    when b.counted <= :most::int then b.counted
    when b.estimate is null then (select count(*) from versions v where true :filters)
  end as exact
  from (
    select
      (select count(*) from (select from versions v where true :filters limit :most::int + 1) v) as counted,
      (
        select round(c.reltuples::float8 / c.relpages * (pg_relation_size(c.oid) / current_setting('block_size')::int))
        from pg_class c where c.oid = 'versions'::regclass and c.reltuples > 0 and c.relpages > 0
      ) as estimate
  ) b
) c
-- name: count_all
select count(*)::float8 as count, false as estimated from versions v where true :filters
