-- One page of the frames a caller may see, and how many there are in all: one row a frame, each
-- with the count; a page past the end is one row whose id is null. Frames without a date or a
-- version are placeholders and never listed. Cost: the page walks the index of its ordering and
-- touches :offset + :limit rows. The outer join has a single left row, so the page keeps its order.
-- (+ 0: see walk.sql.)

-- name: page
select total.count, page.*
from (select (:count)::float8 as count) total
left join lateral (
  select :columns
  from (
    select f.*
    from frames f
    where f.observation_date is not null
      and exists (select from versions v where v.frame_id = f.id + 0)
      and :visible
      :filters
    order by :ordering
    limit :limit::bigint offset :offset::bigint
  ) f
  order by :ordering
) page on true
-- name: count
-- Reads every match.
select count(*)
from frames f
where f.observation_date is not null
  and exists (select from versions v where v.frame_id = f.id)
  and :visible
  :filters
-- name: count_by_rollups
-- Rollups that are still being built say nothing.
select case when exists (select from rollup_state) then (:rollups) else (:plain) end
