-- What `platestack partition` has to know before it touches anything; catalogues only.

-- name: obstacles
-- Whether the frames are partitioned already, and what is in the way of it: names, none where all is well.
with ours as (
  select to_regclass(name)::oid as id
  from unnest(array['frames', 'versions', 'headers', 'related_frames', 'thumbnails', 'rollup_listed']) name
)
select
  (select relkind = 'p' from pg_class where oid = 'frames'::regclass) as is_partitioned,
  current_user::text as role,
  array(
    select c.relname::text from ours o join pg_class c on c.oid = o.id where not pg_has_role(c.relowner, 'usage') order by 1
  ) as of_others,
  array(
    select distinct v.oid::regclass::text
    from ours o
    join pg_depend d on d.refclassid = 'pg_class'::regclass and d.refobjid = o.id and d.classid = 'pg_rewrite'::regclass
    join pg_rewrite r on r.oid = d.objid
    join pg_class v on v.oid = r.ev_class
    where v.oid not in (select id from ours)
    order by 1
  ) as views,
  array(
    select distinct f.conrelid::regclass::text
    from pg_constraint f
    where f.confrelid = 'frames'::regclass and f.contype = 'f' and f.conrelid not in (select id from ours)
    order by 1
  ) as referrers,
  array(
    select i.indexrelid::regclass::text
    from pg_index i
    where i.indrelid = 'frames'::regclass and (i.indisunique or i.indisexclusion)
      and pg_get_indexdef(i.indexrelid) !~ ' USING btree \((id|basename)\)$'
    order by 1
  ) as unique_indexes,
  array(
    select t.tgname::text
    from pg_trigger t
    where t.tgrelid = 'frames'::regclass and not t.tgisinternal and t.tgname <> all (array[
      'keep_filing', 'keep_pieces', 'rollup_insert', 'rollup_delete', 'rollup_update', 'rollup_truncate'])
    order by 1
  ) as triggers,
  array(select r.rulename::text from pg_rewrite r where r.ev_class = 'frames'::regclass order by 1) as rules,
  array(select x.stxname::text from pg_statistic_ext x where x.stxrelid = 'frames'::regclass order by 1) as statistics,
  (select coalesce(c.reloptions, '{}') from pg_class c where c.oid = 'frames'::regclass) as settings,
  array(
    select distinct pg_describe_object(d.classid, d.objid, 0)
    from pg_class c
    join pg_type t on t.oid = c.reltype
    join pg_depend d on d.refclassid = 'pg_type'::regclass and d.refobjid in (t.oid, t.typarray)
    where c.oid in ('frames'::regclass, 'rollup_listed'::regclass) and d.classid in ('pg_proc'::regclass, 'pg_class'::regclass) and d.deptype = 'n'
    order by 1
  ) as row_users,
  array(select p.pubname::text from pg_publication_rel l join pg_publication p on p.oid = l.prpubid where l.prrelid = 'frames'::regclass order by 1)
    as publications,
  array(select p.polname::text from pg_policy p where p.polrelid = 'frames'::regclass order by 1) as policies
-- name: span
-- The days between which nearly all frames were taken: what a clock gone wrong has dated is left out.
-- Null of an archive without frames.
select
  (select observation_date from frames where observation_date is not null order by observation_date
    offset (select count(observation_date) / 1000 from frames) limit 1)::text as first,
  (select observation_date from frames where observation_date is not null order by observation_date desc
    offset (select count(observation_date) / 1000 from frames) limit 1)::text as last
-- name: partitions
-- The partitions that have a span of time, by time, and how many frames each had when it was last analysed.
select c.relname::text as name, c.reltuples::float8 as frames,
  (regexp_match(pg_get_expr(c.relpartbound, c.oid), 'FROM \(''([^'']+)''\)'))[1]::timestamptz::text as starts,
  (regexp_match(pg_get_expr(c.relpartbound, c.oid), 'TO \(''([^'']+)''\)'))[1]::timestamptz::text as ends
from pg_inherits i
join pg_class c on c.oid = i.inhrelid
where i.inhparent = 'frames'::regclass and pg_get_expr(c.relpartbound, c.oid) <> 'DEFAULT'
order by (regexp_match(pg_get_expr(c.relpartbound, c.oid), 'FROM \(''([^'']+)''\)'))[1]::timestamptz
