-- Turns `frames` into a table that is partitioned by observation_date, in one transaction: all rows
-- are written anew, with ids of 64 bits here and in every table that refers to them. What a
-- partitioned table cannot have, unique names and ids, is in the table frame_names beside it, to
-- which foreign keys refer (docs/scale.md).

-- name: settings
select set_config('lock_timeout', '0', true), set_config('timezone', 'UTC', true), set_config('jit', 'off', true),
  set_config('work_mem', '256MB', true),
  set_config('maintenance_work_mem', greatest(pg_size_bytes(current_setting('maintenance_work_mem')), pg_size_bytes('256MB')) / 1024 || 'kB', true)
-- name: no_fold
-- Waits for a fold under way, then keeps others off: it takes its locks in another order.
select pg_advisory_xact_lock(1886151028, 1919904876)
-- name: lock
-- In the order of searches: the view, and by it frames and versions.
lock table rollup_listed, headers, related_frames, thumbnails in access exclusive mode
-- name: keep
-- The statements that make again what has to go with the old table, by stage.
do $$
begin
  create table partition_statements (stage text not null, place integer not null, what text not null, statement text not null);

  insert into partition_statements
  select stage, row_number() over (order by f.conname), f.conrelid::regclass::text, format(case stage
    when 'drop' then 'alter table %s drop constraint %I'
    else 'alter table %s add constraint %I foreign key (%I) references frame_names (id) deferrable initially deferred' end,
    f.conrelid::regclass, f.conname, a.attname)
  from pg_constraint f
  join pg_attribute a on a.attrelid = f.conrelid and a.attnum = f.conkey[1]
  cross join unnest(array['drop', 'references']) stage
  where f.confrelid = 'frames'::regclass and f.contype = 'f';

  -- their conditions name columns whose type changes
  insert into partition_statements
  select stage, 100 + row_number() over (order by t.tgname), t.tgname,
    case stage when 'drop' then format('drop trigger %I on thumbnails', t.tgname) else pg_get_triggerdef(t.oid) end
  from pg_trigger t
  cross join unnest(array['drop', 'thumbnail triggers']) stage
  where t.tgrelid = 'thumbnails'::regclass and not t.tgisinternal;

  insert into partition_statements
  select 'indexes', row_number() over (order by c.relname), c.relname, format('create index %I on frames %s', c.relname, i.definition)
  from (
    select i.indexrelid, substring(pg_get_indexdef(i.indexrelid) from 'USING .*$') as definition
    from pg_index i
    where i.indrelid = 'frames'::regclass and i.indisvalid and not i.indisunique
  ) i
  join pg_class c on c.oid = i.indexrelid;
  insert into partition_statements values
    ('indexes', -1, 'frames_id', 'create index frames_id on frames using btree (id)'),
    ('indexes', 0, 'frames_basename', 'create index frames_basename on frames using btree (basename)');

  -- keep_filing has to see rows that move, which a trigger for each row does not
  insert into partition_statements
  select 'triggers', row_number() over (order by t.tgname), t.tgname, pg_get_triggerdef(t.oid)
  from pg_trigger t
  where t.tgrelid = 'frames'::regclass and not t.tgisinternal and t.tgname <> 'keep_filing';

  insert into partition_statements
  select 'view', 0, 'rollup_listed', 'create view rollup_listed as ' || pg_get_viewdef('rollup_listed'::regclass);

  insert into partition_statements
  select 'rights', row_number() over (), c.relname, format('grant %s on %I to %s', g.what, c.relname, g.grantee)
      || case when g.is_grantable then ' with grant option' else '' end
  from pg_class c
  cross join lateral (
    select a.privilege_type as what, a.grantee, a.is_grantable from aclexplode(c.relacl) a where a.grantee <> c.relowner
    union all
    select format('%s (%I)', a.privilege_type, t.attname), a.grantee, a.is_grantable
    from pg_attribute t cross join lateral aclexplode(t.attacl) a
    where t.attrelid = c.oid and t.attnum > 0 and not t.attisdropped
  ) given
  cross join lateral (
    select given.what, given.is_grantable, case given.grantee when 0 then 'public' else given.grantee::regrole::text end as grantee
  ) g
  where c.oid in ('frames'::regclass, 'rollup_listed'::regclass);
  -- an identity column needs no such right, a default does
  insert into partition_statements
  select distinct 'rights', 1000, 'frame_ids', format('grant usage on sequence frame_ids to %s', case a.grantee when 0 then 'public' else a.grantee::regrole::text end)
  from pg_class c cross join lateral aclexplode(c.relacl) a
  where c.oid = 'frames'::regclass and a.privilege_type = 'INSERT' and a.grantee <> c.relowner;
end
$$
-- name: statements
select what, statement from partition_statements where stage = :stage order by place
-- name: fold_afresh
-- Sessions that have folded know the view that was here by its old type, and would ask for that for as
-- long as they last: a function that is altered is read anew.
alter function fold_rollups(integer) cost 100
-- name: table
-- The new table, empty: columns, defaults, comments and checks are those of the old one.
do $$
declare
  sequence text := pg_get_serial_sequence('frames', 'id');
  next_id bigint;
begin
  drop view rollup_listed;
  execute 'select greatest((select max(id) + 1 from frames), 1'
    || coalesce(format(', (select last_value + is_called::int from %s)', sequence), '') || ')' into next_id;
  alter table frames rename to frames_before;
  create table frames (like frames_before including defaults including constraints including comments including storage)
    partition by range (observation_date);
  create sequence frame_ids as bigint;
  perform setval('frame_ids', next_id, false);
  alter table frames alter column id type bigint, alter column id set default nextval('frame_ids');
  -- without defaults: rows come by way of the whole table
  create table frames_default (like frames including constraints including storage);
  alter table frames attach partition frames_default default;
end
$$
-- name: copy
-- Of a span of time. Nobody else writes, and there are no triggers yet.
insert into frames select * from frames_before where observation_date >= :starts::timestamptz and observation_date < :ends::timestamptz
-- name: copy_rest
insert into frames
select * from frames_before
where observation_date is null or observation_date < :starts::timestamptz or observation_date >= :ends::timestamptz
-- name: names
create table frame_names as select id, basename from frames
-- name: names_keys
alter table frame_names add primary key (id), alter column basename set not null, add constraint frame_names_basename unique (basename)
-- name: names_sequence
-- Owned here, where sequences_behind() finds it and the highest id.
alter sequence frame_ids owned by frame_names.id
-- name: names_comment
comment on table frame_names is 'the unique ids and names of frames, which are partitioned; kept by their triggers'
-- name: drop
drop table frames_before
-- name: ids
do $$
declare
  one record;
begin
  for one in
    select c.oid::regclass as relation, string_agg(format('alter column %I type bigint', a.attname), ', ' order by a.attnum) as changes,
      max(pg_get_serial_sequence(format('%I.%I', n.nspname, c.relname), 'id')) as sequence
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
    join pg_attribute a on a.attrelid = c.oid and a.attname in ('id', 'frame_id', 'from_frame_id', 'to_frame_id')
    where c.oid in ('versions'::regclass, 'headers'::regclass, 'related_frames'::regclass, 'thumbnails'::regclass)
      and a.atttypid <> 'int8'::regtype and not a.attisdropped
    group by c.oid
  loop
    execute format('alter table %s %s', one.relation, one.changes);
    if one.sequence is not null then execute format('alter sequence %s as bigint', one.sequence); end if;
  end loop;
end
$$
-- name: owner
-- The role that owns the other tables, under which the archive runs, owns these as well.
do $$
declare
  one record;
  owner regrole := (select relowner from pg_class where oid = 'versions'::regclass);
begin
  for one in
    select c.oid, case c.relkind when 'v' then 'view' else 'table' end as kind, c.oid::regclass as name
    from pg_class c
    where c.relowner <> owner and c.oid in (
      select 'frames'::regclass union all select 'frame_names'::regclass union all select 'rollup_listed'::regclass
      union all select inhrelid from pg_inherits where inhparent = 'frames'::regclass)
  loop
    execute format('alter %s %s owner to %s', one.kind, one.name, owner);
  end loop;
  for one in
    select p.oid::regprocedure as name from pg_proc p
    where p.proowner <> owner and p.pronamespace = (select relnamespace from pg_class where oid = 'versions'::regclass)
      and p.proname in ('keep_frame_name', 'follow_frames', 'keep_filing', 'add_frames_partition')
  loop
    execute format('alter function %s owner to %s', one.name, owner);
  end loop;
end
$$
-- name: drop_statements
drop table partition_statements
-- name: analyze
-- Not what is empty: it would have no pages to the planner, and the plan that each connection keeps
-- of foreign keys would read all of it, however fast it fills.
do $$
declare
  one regclass;
  has_rows boolean;
begin
  foreach one in array array['frames', 'frame_names', 'versions', 'headers', 'related_frames', 'thumbnails']::regclass[] loop
    execute format('select exists (select from %s)', one) into has_rows;
    if has_rows then execute format('analyze %s', one); end if;
  end loop;
end
$$
