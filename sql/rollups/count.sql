-- How many frames a caller may see that match filters which the rollups know: a few index probes
-- for each bucket of time, whatever the number of frames. In one snapshot: what is folded, what has
-- become public since, the parts of days at both ends, and what is not folded yet. The slots :filters
-- and :visible are those of lists; alias f stands for whatever has the columns of frames.

-- name: get
with span as materialized (:span), part as materialized (:parts), member as materialized (
  select f.projection, array_agg(f.id) as ids
  from rollup_groups f
  where f.projection in (select p.projection from part p)
    :group_filters
  group by f.projection
)
select (
  select coalesce(sum(p.frames_weight * c.frames + p.public_weight * c.public_frames), 0)
  from part p
  join member m using (projection)
  cross join span s
  cross join lateral (
    :cells
  ) c
) + (
  select coalesce(sum(frames), 0)
  from (select frames from (:folded) folded union all select frames from (:queued) queued) single
)
-- name: cells
-- The counts of a part p: few groups m.ids are looked up one by one in each bucket; of many, all
-- that the bucket has are read.
select g.id as group_id, c.frames, c.public_frames
from unnest(s.buckets) as b (bucket)
cross join unnest(m.ids) as g (id)
cross join lateral (
  select frames, public_frames from rollup_counts
  where proposal = p.proposal and bucket = b.bucket and group_id = g.id
  offset 0
) c
where cardinality(m.ids) <= 64
union all
select c.group_id, c.frames, c.public_frames
from unnest(s.buckets) as b (bucket)
cross join lateral (
  select group_id, frames, public_frames from rollup_counts
  where proposal = p.proposal and bucket = b.bucket
    and group_id >= p.projection << 26 and group_id < (p.projection + 1) << 26
  offset 0
) c
:that_match
where cardinality(m.ids) > 64
-- name: that_match
cross join lateral (select from rollup_groups f where f.id = c.group_id :group_filters offset 0) f
-- name: times
-- A span from :from up to, not including, :to (null: without end): the whole days in it, and where
-- it begins and ends. The first and the last day of all hold what is beyond, so that they are whole
-- only in a span without end. There is nothing beyond the first frame and the last: such a span
-- reaches to the next edge of the longest buckets.
select t.*, rollup_buckets(t.from_day, t.to_day) as buckets
from (
  select s.public_until, a.lo, a.hi,
    case when a.lo is null then s.first_day & -32768
      else greatest(1, rollup_day(a.lo) + (a.lo <> start_of_rollup_day(rollup_day(a.lo)))::int, s.first_day & -32768) end as from_day,
    case when a.hi is null then (s.last_day | 32767) + 1 else least(rollup_day(a.hi), (s.last_day | 32767) + 1) end as to_day
  from rollup_state s
  cross join (select :from as lo, :to as hi) a
) t
-- name: night
select s.public_until, array[rollup_bucket(rollup_night(:night::date), 6)] as buckets from rollup_state s
-- name: edges
-- Folded frames in the parts of days at both ends of a span.
select f.kind, f.proposal, count(*) as frames
from span s
cross join lateral (
  select s.lo, start_of_rollup_day(s.from_day) as hi where s.from_day < s.to_day and s.lo is not null
  union all
  select start_of_rollup_day(s.to_day), s.hi where s.from_day < s.to_day and s.hi is not null
  union all
  select coalesce(s.lo, '-infinity'), coalesce(s.hi, 'infinity') where s.from_day >= s.to_day
) e
cross join lateral (
  -- offset 0: these first, whatever else is asked of them. Less a microsecond: infinity is in its span
  select * from rollup_frames
  where observation_date >= e.lo and observation_date <= e.hi - interval '1 microsecond'
  offset 0
) f
where :visible
  :filters
group by f.kind, f.proposal
-- name: turned
-- What has become public since the last fold, in whole days.
select f.kind, f.proposal, sum((:visible)::int - (:visible_then)::int) as frames
from span s
cross join lateral (
  select * from rollup_frames
  where public_date >= least(s.public_until, now()) and public_date < greatest(s.public_until, now())
  offset 0
) f
where true
  :days
  :filters
group by f.kind, f.proposal
-- name: queued
-- What is not folded yet: frames as they are, less what they were folded as.
select x.*
from (select distinct frame_id from rollup_queue) q
cross join lateral (
  select 1 as frames, f.site_id, f.telescope_id, f.instrument_id, f.primary_optical_element, f.configuration_type, f.proposal_id
  from rollup_listed f
  where f.frame_id = q.frame_id and :visible :filters
  union all
  select -1, f.site_id, f.telescope_id, f.instrument_id, f.primary_optical_element, f.configuration_type, f.proposal_id
  from rollup_folded f
  where f.frame_id = q.frame_id and :visible :filters
  offset 0
) x
-- name: whole_days
and rollup_day(f.observation_date) >= s.from_day and rollup_day(f.observation_date) < s.to_day
-- name: from_all
select 0 as proposal, :projection::int as projection, :frames::int as frames_weight, :public::int as public_weight
-- name: from_own
-- What a user sees besides what is public.
select p.id as proposal, :projection::int as projection, 1 as frames_weight, -1 as public_weight
from rollup_proposals p
where p.proposal_id = any (:proposals::text[])
-- name: from_proposals
select f.id as proposal, :projection::int as projection, :frames::int as frames_weight, :public::int as public_weight
from rollup_proposals f
where true
  :filters
-- name: from_proposals_of_user
select f.id as proposal, :projection::int as projection, (f.proposal_id = any (:proposals::text[]))::int as frames_weight,
  (not f.proposal_id = any (:proposals::text[]))::int as public_weight
from rollup_proposals f
where true
  :filters
-- name: of_kinds
-- Folded frames know their values by numbers.
and f.kind in (select f.id from rollup_kinds f where true :filters)
-- name: of_proposals
and f.proposal in (select f.id from rollup_proposals f where true :filters)
-- name: seen_by_user
(f.public_date < :at or f.proposal in (select p.id from rollup_proposals p where p.proposal_id = any (:proposals::text[])))
-- name: by_proposal
-- The counts of every proposal.
select c.proposal, sum(:weighted) as frames
from span s
cross join lateral unnest(s.buckets) as b (bucket)
join member m on m.projection = :projection::int
cross join lateral unnest(m.ids) as g (id)
cross join lateral (
  select proposal, frames, public_frames from rollup_counts where bucket = b.bucket and group_id = g.id and proposal > 0 offset 0
) c
group by c.proposal
-- name: by_some_proposals
-- The same of those that were asked for.
select p.proposal, sum(p.frames_weight * c.frames + p.public_weight * c.public_frames) as frames
from (:parts) p
join member m using (projection)
cross join span s
cross join lateral (:cells) c
group by p.proposal
-- name: weighted_of_user
case when c.proposal = any (array(select p.id from rollup_proposals p where p.proposal_id = any (:proposals::text[])))
  then c.frames else c.public_frames end
-- name: weighted
:frames::int * c.frames + :public::int * c.public_frames
