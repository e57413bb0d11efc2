-- Frames whose target's name contains a text: names are looked for among those that there are, and
-- what frames they have is known by their numbers.

-- name: named
-- The targets with such a name, as far as the archive has folded frames; no more of them than one
-- beyond what is gathered.
target as materialized (select f.id from rollup_targets f where true :named limit (select :most::bigint + 1)),
-- name: count
-- How many frames of them a caller may see: a number for each proposal that observed them, with what
-- became public since, and what is not folded yet. Null: there are too many names.
with span as materialized (select public_until from rollup_state)
select case when (select count(*) <= :most::bigint from target) then (
  select coalesce(sum(:weighted), 0)
  from target t
  cross join lateral (select proposal, frames, public_frames from rollup_target_counts where target = t.id offset 0) c
) + (
  select coalesce(sum(frames), 0)
  from (select frames from (:turned) turned union all select frames from (:queued) queued) single
) end
-- name: queued
-- As of other counts. (offset 0: by their ids first, and not by reading all names for each.)
select x.frames
from (select distinct frame_id from rollup_queue) q
cross join lateral (
  select 1 as frames from (select * from rollup_listed where frame_id = q.frame_id offset 0) f where :visible :filters
  union all
  select -1 from (select * from rollup_folded where frame_id = q.frame_id offset 0) f where :visible :filters
) x
-- name: of_targets
and f.target in (select t.id from target t)
-- name: members
select t.id from target t
-- name: of_member
f.target = member.id
