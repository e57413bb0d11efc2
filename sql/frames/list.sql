-- One page of the frames a caller may see, and how many there are in all: one row a frame, each
-- with the count; a page past the end is one row whose id is null. Frames without a date or a
-- version are placeholders and never listed. The outer join has a single left row, so the page keeps
-- its order. (+ 0: see walk.sql. The limits are selects so that a plan for known numbers is not thought
-- cheaper than the one that is kept: planning takes several times as long as the page.)

-- name: page
-- Of filters that the rollups know: they count, and the page is one of the :rows below. `whole`: the
-- frames that there are in that time, where it matters. :beside, what both refer to.
with :beside total as materialized (select (:count)::float8 as count, (:whole)::float8 as whole)
select total.count, page.*
from total
left join lateral (
  select :columns
  from (:rows) f
  order by :ordering
) page on true
-- name: walk
-- Along the ordering, where :gate is open: :skip + :limit rows, and those between that do not match.
(
  select f.*
  from frames f
  where :gate
    and f.observation_date is not null
    and exists (select from versions v where v.frame_id = f.id + 0)
    and :visible
    :filters
  order by :ordering
  limit (select :limit::bigint) offset (select :skip::bigint)
)
-- name: has_rows
:offset::bigint < total.count
-- name: has_many
-- At least one frame in fifty matches.
:offset::bigint < total.count and total.count * 50 >= total.whole
-- name: has_few
:offset::bigint < total.count and total.count * 50 < total.whole
-- name: gathered
-- Newest first, where :gate is open: of each of the :members that may match (kinds, or targets), as
-- many as the page may need.
(
  select f.*
  from (
    select x.id
    from (
      select r.frame_id as id, r.observation_date
      from (:members) member
      cross join lateral (
        select f.frame_id, f.observation_date
        from rollup_frames f
        where :of_member and :folded_visible :folded_filters
          and f.frame_id not in (select q.frame_id from rollup_queue q)
        order by f.observation_date desc, f.frame_id desc
        limit (select :limit::bigint + :offset::bigint)
      ) r
      union all
      select l.frame_id, l.observation_date
      from (select distinct frame_id from rollup_queue) q
      cross join lateral (
        select f.frame_id, f.observation_date from rollup_listed f where f.frame_id = q.frame_id and :visible :filters offset 0
      ) l
      where exists (select from rollup_state)
    ) x
    where :gate
    order by x.observation_date desc, x.id desc
    limit (select :limit::bigint) offset (select :offset::bigint)
  ) one
  join frames f on f.id = one.id
)
-- name: kinds
select f.id from rollup_kinds f where true :group_filters
-- name: of_kind
f.kind = member.id
-- name: from_place
-- Newest first, far from the newest: from a moment on that :newer frames come before, or, should these
-- be more than :offset (which happens beyond the days that are counted), from the newest after all.
(
  select f.*
  from (:place) place
  cross join lateral (:near union all :walked) f
)
-- name: is_placed
:gate and place.newer <= :offset::bigint and f.observation_date < place.before
-- name: is_not_placed
:gate and place.newer > :offset::bigint
-- name: count
-- Reads every match.
select count(*)
from frames f
where f.observation_date is not null
  and exists (select from versions v where v.frame_id = f.id)
  and :visible
  :filters
-- name: count_by_rollups
-- Null: the rollups are still being built.
select case when exists (select from rollup_state) then (:rollups) end
-- name: search
-- Of other filters: the matches are looked for once, for count and page both, up to :bound of them
-- (null: all; the planner takes it that all are wanted). Where there are more, the page is walked
-- and the count estimated.
with match as materialized (
  select f.id, f.basename, f.observation_date, f.primary_optical_element, f.configuration_type, f.proposal_id, f.instrument_id,
    f.target_name, f.reduction_level, f.exposure_time :measured
  from frames f
  where f.observation_date is not null
    and exists (select from versions v where v.frame_id = f.id)
    and :visible
    :filters
), few as materialized (
  select * from match limit :bound::bigint + 1
), size as materialized (
  select count(*) as found, count(*) > :bound::bigint as is_more from few
), total as materialized (
  select (case when s.is_more then greatest(s.found, (:estimate)) else s.found end)::float8 as count, coalesce(s.is_more, false) as estimated
  from size s
)
select total.count, total.estimated, page.*
from total
left join lateral (
  select :columns
  from (
    (
      select f.*
      from (
        select f.id from few f where not total.estimated order by :ordering limit (select :limit::bigint) offset (select :offset::bigint)
      ) one
      join frames f on f.id = one.id
    )
    union all
    :walked
  ) f
  order by :ordering
) page on true
-- name: measured
-- What a distance is measured from; it is the most of a match.
, f.area
-- name: estimate
-- How many match, from how many of 8000 ids do that are spread over all of them (by multiplication
-- with a number that shares no divisor with theirs; always the same ids, so that the estimate does
-- not change from page to page).
select (count(*)::float8 * max(ids.last) / 8000)::bigint
from (select max(id)::bigint as last from frames) ids
-- 8000 as a select: it does not weigh in the choice of a plan, since it is seldom made
cross join generate_series(1, (select 8000)) as i
cross join lateral (
  -- offset 0: by its id, whatever else is asked of it
  select f.id
  from (select * from frames where id = 1 + (i * 2654435761) % ids.last offset 0) f
  where f.observation_date is not null
    and exists (select from versions v where v.frame_id = f.id)
    and :visible
    :filters
  offset 0
) f
