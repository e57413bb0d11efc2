-- A moment about :offset matches after the newest: (before, newer), where exactly :newer matches are
-- not earlier than `before`, which are at most :offset. Down the buckets, from the longest to a day,
-- then along the frames of that day; exactly how many are newer is counted again, since what is not
-- folded yet and what has become public are not in the buckets: as many are left out at first.
-- Among frames beyond the first and the last day it is not looked for. (offset 0: each is found once.
-- Without, the planner puts the whole of it wherever `before` and `newer` are named, some eighty
-- times, and plans for a fifth of a second.)
select place.before, (:newer)::bigint as newer
from (select coalesce((
  with recursive span as materialized (:span), part as materialized (:parts), member as materialized (
    select f.projection, array_agg(f.id) as ids
    from rollup_groups f
    where f.projection in (select p.projection from part p)
      :group_filters
    group by f.projection
  ), target as materialized (
    select greatest(0, :offset::bigint - (select count(*) from rollup_queue)
      - (select count(*) from rollup_frames f
         where f.public_date >= least(s.public_until, now()) and f.public_date < greatest(s.public_until, now()))) as skipped
    from span s
  ), step as (
    select 6 as level, null::int as number, 0::numeric as newer
    union all
    select child.level, child.number, child.newer
    from step
    cross join lateral (
      select w.level, w.number, step.newer + w.newer as newer
      from (
        select c.level, c.number, sum(c.frames) over (order by c.number desc) - c.frames as newer, c.frames
        from (
          select step.level - 1 as level, b.number, (
            select coalesce(sum(p.frames_weight * k.frames + p.public_weight * k.public_frames), 0)
            from part p
            join member m using (projection)
            cross join lateral unnest(m.ids) as g (id)
            cross join lateral (
              select frames, public_frames from rollup_counts
              where proposal = p.proposal and bucket = ((step.level - 1) << 28) + b.number and group_id = g.id
              offset 0
            ) k
          ) as frames
          from span s
          cross join lateral generate_series(
            case when step.level = 6 then s.from_day >> 15 else step.number << 3 end,
            case when step.level = 6 then (s.to_day - 1) >> 15 else (step.number << 3) + 7 end) as b (number)
          offset 0
        ) c
      ) w
      where step.newer + w.newer + w.frames > (select t.skipped from target t)
      order by w.number desc
      limit 1
    ) child
    where step.level > 0
  )
  select f.observation_date + interval '1 microsecond' as before
  from step
  cross join lateral (
    select f.observation_date
    from rollup_frames f
    where f.observation_date >= start_of_rollup_day(step.number) and f.observation_date < start_of_rollup_day(step.number + 1)
      and :folded_visible :folded_filters
    order by f.observation_date desc, f.frame_id desc
    limit 1 offset (select t.skipped from target t) - step.newer
  ) f
  where step.level = 0
), 'infinity') as before offset 0) place
offset 0
