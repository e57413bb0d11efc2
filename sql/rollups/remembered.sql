-- Whether an answer that was made of the rollups is what it would be now. Such an answer depends on
-- the frames in its span of time, and on which of them are public. It is the same while no fold has
-- changed a frame of the span, none of the queue is or was in it, and none has become public or
-- ceased to be. Why that is exact: docs/rollups.md, "Remembered facets".

-- name: made
-- Of what snapshot r (rollup_state) and s (the span of a question) an answer is. Made elsewhere, or
-- before a restore or a start of the server, which may have lost commits, it is never current. Settled:
-- no frame of the queue counted.
select json_build_object('origin', concat_ws(' ', pg_postmaster_start_time(), r.tableoid), 'folded', r.folded, 'now', now(), :spans, 'isSettled', not exists (select from queued))
-- name: times
'first', case when s.lo is null then 0 else rollup_span(s.lo) end, 'last', case when s.hi is null then rollup_span('infinity') else rollup_span(s.hi) end
-- name: night
'first', rollup_night_span(:night::date), 'last', rollup_night_span(:night::date)
-- name: current
-- A row if it is: the number and the moment of this snapshot, from which on it has to be looked at next
-- time. No more than 200 frames are looked at: of more it is taken for changed. What is asked stands in
-- a CTE so that the planner's guesses do not depend on it: one plan is kept.
with asked as materialized (
  select :origin::text as origin, :folded::bigint as folded, :now::timestamptz as at, :first::int as first, :last::int as last
)
select r.folded::float8 as folded, now()::text as now
from asked a
cross join rollup_state r
where a.folded >= r.built
  and a.origin = concat_ws(' ', pg_postmaster_start_time(), r.tableoid)
  and case
    when r.folded <= a.folded then r.folded = a.folded
    else not exists (select from rollup_changes c where c.span between a.first and a.last and c.folded > a.folded)
  end
  and not exists (select from rollup_queue offset 200)
  and not exists (
    select from (select frame_id from rollup_queue limit 200) q
    cross join lateral (
      select f.observation_date, f.observation_day from frames f where f.id = q.frame_id
      union all
      select f.observation_date, f.observation_day from rollup_frames f where f.frame_id = q.frame_id
      offset 0
    ) f
    where rollup_span(f.observation_date) between a.first and a.last or rollup_night_span(f.observation_day) between a.first and a.last
  )
  and (
    select count(*) < 200 and count(*) filter (
      where rollup_span(f.observation_date) between a.first and a.last or rollup_night_span(f.observation_day) between a.first and a.last) = 0
    from (
      -- in this order: it is the index that gives the first of them
      select observation_date, observation_day from rollup_frames
      where public_date >= least(a.at, now()) and public_date < greatest(a.at, now())
      order by public_date
      limit 200
    ) f
  )
