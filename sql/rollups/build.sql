-- Builds the rollups out of the frames, in one transaction that holds the fold's lock. What changes
-- meanwhile is in the queue and is folded afterwards. Nobody reads them before the state's row.

-- name: is_built
select exists (select from rollup_state) as built
-- name: forget
delete from rollup_state
-- name: lock
-- Waits for a fold under way, then keeps others off.
select pg_advisory_xact_lock(1886151028, 1919904876)
-- name: work_mem
select set_config('work_mem', '256MB', true), set_config('jit', 'off', true), set_config('timezone', 'UTC', true)
-- name: empty
truncate rollup_frames, rollup_counts, rollup_kinds, rollup_groups, rollup_proposals
-- name: drop_key
alter table rollup_counts drop constraint rollup_counts_pkey
-- name: drop_frames_key
alter table rollup_frames drop constraint rollup_frames_pkey
-- name: drop_newest
drop index if exists rollup_frames_newest
-- name: drop_kind_newest
drop index if exists rollup_frames_kind_newest
-- name: drop_public
drop index if exists rollup_frames_public_date
-- name: drop_by_group
drop index if exists rollup_counts_by_group
-- name: kinds
insert into rollup_kinds (site_id, telescope_id, instrument_id, primary_optical_element, configuration_type, reduction_level)
select site_id, telescope_id, instrument_id, primary_optical_element, configuration_type, reduction_level
from frames where observation_date is not null
group by 1, 2, 3, 4, 5, 6
-- name: proposals
insert into rollup_proposals (proposal_id) select proposal_id from frames where observation_date is not null group by 1
-- name: group_kinds
select group_rollup_kinds()
-- name: frames
insert into rollup_frames (frame_id, kind, proposal, observation_date, public_date, observation_day)
select l.frame_id, k.id, p.id, l.observation_date, l.public_date, l.observation_day
from rollup_listed l
join rollup_kinds k on (k.site_id, k.telescope_id, k.instrument_id, k.primary_optical_element, k.configuration_type, k.reduction_level)
  = (l.site_id, l.telescope_id, l.instrument_id, l.primary_optical_element, l.configuration_type, l.reduction_level)
join rollup_proposals p on p.proposal_id = l.proposal_id
order by l.frame_id
-- name: analyze_frames
analyze rollup_frames, rollup_kinds, rollup_proposals
-- name: days
-- Days and nights of each kind and proposal, then of each group.
insert into rollup_counts (proposal, bucket, group_id, frames, public_frames)
with one as materialized (
  select f.kind, f.proposal, b.bucket, count(*) as frames, count(*) filter (where f.public_date < now()) as public_frames
  from rollup_frames f
  cross join lateral (
    values (rollup_bucket(rollup_day(f.observation_date), 0)), (rollup_bucket(rollup_night(f.observation_day), 6))) as b (bucket)
  where b.bucket is not null
  group by f.kind, f.proposal, b.bucket
), every as (
  select kind, bucket, sum(frames) as frames, sum(public_frames) as public_frames from one group by kind, bucket
)
select * from (
  select 0, e.bucket, g.id, sum(e.frames), sum(e.public_frames)
  from every e
  join rollup_kinds k on k.id = e.kind
  cross join lateral unnest(k.groups) as g (id)
  group by e.bucket, g.id
  union all
  select o.proposal, o.bucket, g.id, sum(o.frames), sum(o.public_frames)
  from one o
  join rollup_kinds k on k.id = o.kind
  cross join lateral unnest(array[k.groups[1], k.groups[2], k.groups[3], k.groups[6]]) as g (id)
  group by o.proposal, o.bucket, g.id
) c (proposal, bucket, group_id, frames, public_frames)
order by proposal, bucket, group_id
-- name: level
-- The spans of a level, out of those of the one below.
insert into rollup_counts (proposal, bucket, group_id, frames, public_frames)
select proposal, (:level::int << 28) + ((bucket - ((:level::int - 1) << 28)) >> 3) as above, group_id, sum(frames), sum(public_frames)
from rollup_counts
where (bucket + (1 << 27)) >> 28 = :level::int - 1
group by proposal, above, group_id
order by proposal, above, group_id
-- name: key
alter table rollup_counts add primary key (proposal, bucket, group_id)
-- name: frames_key
alter table rollup_frames add primary key (frame_id)
-- name: by_group
-- For the proposals that a group has.
create index rollup_counts_by_group on rollup_counts (bucket, group_id, proposal) where proposal > 0
-- name: newest
create index rollup_frames_newest on rollup_frames (observation_date, frame_id) include (kind, proposal, public_date)
-- name: kind_newest
create index rollup_frames_kind_newest on rollup_frames (kind, observation_date, frame_id) include (proposal, public_date)
-- name: public
create index rollup_frames_public_date on rollup_frames (public_date)
-- name: state
insert into rollup_state (public_until, first_day, last_day)
select now(), coalesce(rollup_day(min(observation_date)), 98303), coalesce(rollup_day(max(observation_date)), 0) from rollup_frames
-- name: analyze
analyze rollup_frames, rollup_counts, rollup_kinds, rollup_groups, rollup_proposals, rollup_state
