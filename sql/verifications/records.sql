-- The stored files that are verified: all of them, whoever may see their frames.

-- name: versions
select :columns
from versions v
join frames f on f.id = v.frame_id
where :which
order by v.id
-- name: versions_between
v.id between :first::bigint and :last::bigint
-- name: versions_by_id
v.id = any (:ids::bigint[])
-- name: newest_versions
select :columns
from (select * from versions n order by n.id desc limit :limit::int) v
join frames f on f.id = v.frame_id
-- name: thumbnails
select :columns
from thumbnails t
join frames f on f.id = t.frame_id
where :which
order by t.id
-- name: thumbnails_between
t.id between :first::bigint and :last::bigint
-- name: thumbnails_by_id
t.id = any (:ids::bigint[])
-- name: chosen_versions
select v.id::float8 as id from versions v join frames f on f.id = v.frame_id where true :filters order by v.id limit :limit::int
-- name: chosen_thumbnails
select t.id::float8 as id from thumbnails t join frames f on f.id = t.frame_id where true :filters order by t.id limit :limit::int
-- name: basename
and f.basename = any (:names::text[])
-- name: site
and f.site_id = :site
-- name: day
and f.observation_day = :day::date
-- name: since
and v.created >= :since::timestamptz
-- name: until
and v.created < :until::timestamptz
-- name: expected
-- About how many there are: counted up to a thousand of each, then as the last ANALYZE left it.
select case when c.counted < 1000 then c.counted else greatest(c.counted, (
    select sum(t.reltuples) from pg_class t where t.oid in ('versions'::regclass, 'thumbnails'::regclass))) end::float8 as files
from (
  select (select count(*) from (select from versions limit 1000) v) + (select count(*) from (select from thumbnails limit 1000) t) as counted
) c
