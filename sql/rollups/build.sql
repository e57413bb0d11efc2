-- Builds the rollups out of the frames, in one transaction that holds the fold's lock. What changes
-- meanwhile is in the queue and is folded afterwards. The large tables are made beside those that
-- are there: searches name them even while they are not built, and a lock would hold those up.

-- name: is_built
-- and whether it will take long
select exists (select from rollup_state) as built,
  coalesce((select sum(pg_relation_size(relid)) from pg_partition_tree('frames')), pg_relation_size('frames')) > 50000000 as large
-- name: forget
delete from rollup_state
-- name: lock
-- Waits for a fold under way, then keeps others off.
select pg_advisory_xact_lock(1886151028, 1919904876)
-- name: work_mem
select set_config('work_mem', '256MB', true), set_config('jit', 'off', true), set_config('timezone', 'UTC', true),
  set_config('maintenance_work_mem', greatest(pg_size_bytes(current_setting('maintenance_work_mem')), pg_size_bytes('256MB')) / 1024 || 'kB', true)
-- name: no_state
delete from rollup_state
-- name: no_kinds
delete from rollup_kinds
-- name: no_groups
delete from rollup_groups
-- name: no_proposals
delete from rollup_proposals
-- name: no_targets
delete from rollup_targets
-- name: no_target_counts
delete from rollup_target_counts
-- name: new_frames
create table rollup_new_frames (like rollup_frames including comments)
-- name: new_counts
create table rollup_new_counts (like rollup_counts) with (fillfactor = 85)
-- name: kinds
insert into rollup_kinds (site_id, telescope_id, instrument_id, primary_optical_element, configuration_type, reduction_level)
select site_id, telescope_id, instrument_id, primary_optical_element, configuration_type, reduction_level
from frames where observation_date is not null
group by 1, 2, 3, 4, 5, 6
-- name: proposals
insert into rollup_proposals (proposal_id) select proposal_id from frames where observation_date is not null group by 1
-- name: targets
insert into rollup_targets (target_name) select target_name from frames where observation_date is not null group by 1
-- name: group_kinds
select group_rollup_kinds()
-- name: frames
insert into rollup_new_frames (frame_id, kind, proposal, observation_date, public_date, observation_day, target)
select l.frame_id, k.id, p.id, l.observation_date, l.public_date, l.observation_day, t.id
from rollup_listed l
join rollup_kinds k on (k.site_id, k.telescope_id, k.instrument_id, k.primary_optical_element, k.configuration_type, k.reduction_level)
  = (l.site_id, l.telescope_id, l.instrument_id, l.primary_optical_element, l.configuration_type, l.reduction_level)
join rollup_proposals p on p.proposal_id = l.proposal_id
join rollup_targets t on t.target_name = l.target_name
order by l.frame_id
-- name: analyze_frames
analyze rollup_new_frames, rollup_kinds, rollup_proposals, rollup_targets
-- name: target_counts
insert into rollup_target_counts (target, proposal, frames, public_frames)
select target, proposal, count(*), count(*) filter (where public_date < now()) from rollup_new_frames group by target, proposal
-- name: days
-- Days and nights of each kind and proposal. The numbers are int throughout: sums of bigint are
-- numeric, which took twice the time and the memory.
create unlogged table rollup_days as
select f.kind, f.proposal, f.bucket, count(*)::int as frames, count(*) filter (where f.public_date < now())::int as public_frames
from (
  select kind, proposal, public_date, rollup_bucket(rollup_day(observation_date), 0) as bucket from rollup_new_frames
  union all
  select kind, proposal, public_date, rollup_bucket(rollup_night(observation_day), 6) from rollup_new_frames
  where rollup_night(observation_day) is not null
) f
group by f.kind, f.proposal, f.bucket
-- name: analyze_days
analyze rollup_days
-- name: all_proposals
-- Of each group, of all proposals. One number is sorted faster than two. A kind is a group of projection 5; the others are sums of sums:
-- 4 and 3 of 5, 2 of 4, 1 of 2, and 0 of 1.
insert into rollup_new_counts (proposal, bucket, group_id, frames, public_frames)
with all5 as materialized (
  select kind, bucket, sum(frames)::int as frames, sum(public_frames)::int as public_frames from rollup_days group by kind, bucket
), all4 as materialized (
  select k.groups[5] as id, a.bucket, sum(a.frames)::int as frames, sum(a.public_frames)::int as public_frames
  from all5 a
  join rollup_kinds k on k.id = a.kind
  group by 1, 2
), all2 as materialized (
  select k.above as id, a.bucket, sum(a.frames)::int as frames, sum(a.public_frames)::int as public_frames
  from all4 a
  join (select distinct groups[5] as id, groups[3] as above from rollup_kinds) k using (id)
  group by 1, 2
), all1 as materialized (
  select k.above as id, a.bucket, sum(a.frames)::int as frames, sum(a.public_frames)::int as public_frames
  from all2 a
  join (select distinct groups[3] as id, groups[2] as above from rollup_kinds) k using (id)
  group by 1, 2
)
select 0, bucket, id, frames, public_frames
from (
  select k.groups[6] as id, a.bucket, a.frames, a.public_frames from all5 a join rollup_kinds k on k.id = a.kind
  union all
  select id, bucket, frames, public_frames from all4
  union all
  select k.groups[4], a.bucket, sum(a.frames)::int, sum(a.public_frames)::int from all5 a join rollup_kinds k on k.id = a.kind group by 1, 2
  union all
  select id, bucket, frames, public_frames from all2
  union all
  select id, bucket, frames, public_frames from all1
  union all
  select g.id, a.bucket, sum(a.frames)::int, sum(a.public_frames)::int
  from all1 a
  join rollup_groups g on g.projection = 0
  group by 1, 2
) c
order by (bucket::int8 << 32) + id
-- name: each_proposal
-- The same of single proposals, of projections 5, 2, 1 and 0.
insert into rollup_new_counts (proposal, bucket, group_id, frames, public_frames)
with own2 as materialized (
  select k.groups[3] as id, d.proposal, d.bucket, sum(d.frames)::int as frames, sum(d.public_frames)::int as public_frames
  from rollup_days d
  join rollup_kinds k on k.id = d.kind
  group by 1, 2, 3
), own1 as materialized (
  select k.above as id, o.proposal, o.bucket, sum(o.frames)::int as frames, sum(o.public_frames)::int as public_frames
  from own2 o
  join (select distinct groups[3] as id, groups[2] as above from rollup_kinds) k using (id)
  group by 1, 2, 3
)
select proposal, bucket, id, frames, public_frames
from (
  select d.proposal, d.bucket, k.groups[6] as id, d.frames, d.public_frames from rollup_days d join rollup_kinds k on k.id = d.kind
  union all
  select proposal, bucket, id, frames, public_frames from own2
  union all
  select proposal, bucket, id, frames, public_frames from own1
  union all
  select o.proposal, o.bucket, g.id, sum(o.frames)::int, sum(o.public_frames)::int
  from own1 o
  join rollup_groups g on g.projection = 0
  group by 1, 2, 3
) c
order by (proposal::int8 << 32) + bucket, id
-- name: drop_days
drop table rollup_days
-- name: level
-- The spans of a level, out of those of the one below.
insert into rollup_new_counts (proposal, bucket, group_id, frames, public_frames)
select proposal, (:level::int << 28) + ((bucket - ((:level::int - 1) << 28)) >> 3) as above, group_id, sum(frames), sum(public_frames)
from rollup_new_counts
where (bucket + (1 << 27)) >> 28 = :level::int - 1
group by proposal, above, group_id
order by proposal, above, group_id
-- name: key
alter table rollup_new_counts add constraint rollup_new_counts_pkey primary key (proposal, bucket, group_id)
-- name: by_group
-- For the proposals that a group has.
create index rollup_new_counts_by_group on rollup_new_counts (bucket, group_id, proposal) where proposal > 0
-- name: frames_key
alter table rollup_new_frames add constraint rollup_new_frames_pkey primary key (frame_id)
-- name: newest
create index rollup_new_frames_newest on rollup_new_frames (observation_date, frame_id) include (kind, proposal, public_date)
-- name: kind_newest
create index rollup_new_frames_kind_newest on rollup_new_frames (kind, observation_date, frame_id) include (proposal, public_date)
-- name: target_newest
create index rollup_new_frames_target_newest on rollup_new_frames (target, observation_date, frame_id) include (proposal, public_date)
-- name: public
create index rollup_new_frames_public_date on rollup_new_frames (public_date)
-- name: state
insert into rollup_state (public_until, first_day, last_day)
select now(), coalesce(rollup_day(min(observation_date)), 98303), coalesce(rollup_day(max(observation_date)), 0) from rollup_new_frames
-- name: analyze
analyze rollup_new_frames, rollup_new_counts, rollup_kinds, rollup_groups, rollup_proposals, rollup_targets, rollup_target_counts, rollup_state
-- name: lock_tables
lock table rollup_frames, rollup_counts, rollup_folded in access exclusive mode
-- name: put_in_place
-- With the owner and the rights of those they replace.
do $$
declare
  one text;
  granted record;
begin
  execute 'create or replace view rollup_folded as ' || replace(pg_get_viewdef('rollup_folded'::regclass), 'rollup_frames', 'rollup_new_frames');
  foreach one in array array['frames', 'counts'] loop
    for granted in
      select format('grant %s on rollup_new_%s to %s', a.privilege_type, one, case a.grantee when 0 then 'public' else a.grantee::regrole::text end) as statement
      from pg_class c
      cross join lateral aclexplode(c.relacl) a
      where c.oid = ('rollup_' || one)::regclass and a.grantee <> c.relowner
    loop
      execute granted.statement;
    end loop;
    execute format('alter table rollup_new_%s owner to %s', one, (select relowner::regrole from pg_class where oid = ('rollup_' || one)::regclass));
    execute format('drop table rollup_%s', one);
    execute format('alter table rollup_new_%s rename to rollup_%s', one, one);
  end loop;
  for one in select relname from pg_class where relkind = 'i' and relname like 'rollup\_new\_%' and relnamespace = (select relnamespace from pg_class where oid = 'rollup_frames'::regclass) loop
    execute format('alter index %I rename to %I', one, replace(one, 'rollup_new_', 'rollup_'));
  end loop;
end
$$
