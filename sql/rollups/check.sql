-- Whether the rollups are what a recount gives: numbers of rows that differ. Reads all frames.

-- name: begin
-- One snapshot, however long it takes.
begin isolation level repeatable read read only
-- name: settings
select set_config('statement_timeout', '0', true), set_config('idle_in_transaction_session_timeout', '0', true),
  set_config('work_mem', '256MB', true)
-- name: end
rollback
-- name: frames
-- Frames that are folded otherwise than they are, and not queued.
select count(*)::int as wrong
from rollup_listed l
full join rollup_folded f on f.frame_id = l.frame_id
where (l.site_id, l.telescope_id, l.instrument_id, l.primary_optical_element, l.configuration_type, l.reduction_level, l.proposal_id,
    l.target_name, l.observation_date, l.observation_day, l.public_date)
  is distinct from (f.site_id, f.telescope_id, f.instrument_id, f.primary_optical_element, f.configuration_type, f.reduction_level, f.proposal_id,
    f.target_name, f.observation_date, f.observation_day, f.public_date)
  and not exists (select from rollup_queue q where q.frame_id = coalesce(l.frame_id, f.frame_id))
-- name: days
-- Counts of days and nights that are not those of the folded frames.
with right_one as (
  select whose.proposal, b.bucket, g.id as group_id, count(*) as frames, count(*) filter (where f.public_date < s.public_until) as public_frames
  from rollup_frames f
  cross join rollup_state s
  join rollup_kinds k on k.id = f.kind
  cross join lateral unnest(k.groups) with ordinality as g (id, place)
  cross join lateral (values (0), (f.proposal)) as whose (proposal)
  cross join lateral (
    values (rollup_bucket(rollup_day(f.observation_date), 0)), (rollup_bucket(rollup_night(f.observation_day), 6))) as b (bucket)
  where b.bucket is not null and (whose.proposal = 0 or g.place not in (4, 5))
  group by 1, 2, 3
), kept as (
  select * from rollup_counts where (bucket + (1 << 27)) >> 28 in (0, 6) and (frames, public_frames) <> (0, 0)
)
select count(*)::int as wrong
from right_one r
full join kept k using (proposal, bucket, group_id)
where (r.frames, r.public_frames) is distinct from (k.frames::bigint, k.public_frames::bigint)
-- name: level
-- Counts of a level that are not the sums of the level below.
with right_one as (
  select proposal, (:level::int << 28) + ((bucket - ((:level::int - 1) << 28)) >> 3) as bucket, group_id,
    sum(frames) as frames, sum(public_frames) as public_frames
  from rollup_counts
  where (bucket + (1 << 27)) >> 28 = :level::int - 1
  group by 1, 2, 3
  having (sum(frames), sum(public_frames)) <> (0, 0)
), kept as (
  select * from rollup_counts where (bucket + (1 << 27)) >> 28 = :level::int and (frames, public_frames) <> (0, 0)
)
select count(*)::int as wrong
from right_one r
full join kept k using (proposal, bucket, group_id)
where (r.frames, r.public_frames) is distinct from (k.frames::bigint, k.public_frames::bigint)
-- name: targets
-- Counts of targets that are not those of the folded frames.
with right_one as (
  select f.target, f.proposal, count(*) as frames, count(*) filter (where f.public_date < s.public_until) as public_frames
  from rollup_frames f
  cross join rollup_state s
  group by 1, 2
), kept as (
  select * from rollup_target_counts where (frames, public_frames) <> (0, 0)
)
select count(*)::int as wrong
from right_one r
full join kept k using (target, proposal)
where (r.frames, r.public_frames) is distinct from (k.frames::bigint, k.public_frames::bigint)
-- name: span
-- Folded frames outside the days that the state says there are.
select count(*)::int as wrong
from rollup_frames f
cross join rollup_state s
where not rollup_day(f.observation_date) between s.first_day and s.last_day
-- name: triggers
-- Triggers that are missing or disabled: what changes without them is not counted.
select coalesce(array_agg(format('%s of %s', w.name, w.of) order by w.of, w.name), '{}') as off
from (
  select 'rollup_' || name as name, tables.of
  from unnest(array['insert', 'delete', 'update', 'truncate']) as name
  cross join unnest(array['frames', 'versions']) as tables (of)
) w
where not exists (
  select from pg_trigger t where t.tgrelid = w.of::regclass and t.tgname = w.name and t.tgenabled in ('O', 'A'))
-- name: state
-- Whether they are built, and how much there is.
select exists (select from rollup_state) as built,
  (select count(*) from rollup_frames)::float8 as folded, (select count(distinct frame_id) from rollup_queue)::float8 as queued
