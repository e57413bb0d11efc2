-- A page of the thumbnails that a caller may see, those of frames that the caller may see, by id,
-- with their count. One row more than the page, if there is one; a page past the end is one row
-- whose id is null.

-- name: gathered
-- Filters that leave few: what matches is found once, by the indexes of frames, for page and count.
with found as materialized (
  select t.id from frames f join thumbnails t on t.frame_id = f.id where :visible :filters
)
select total.*, page.*
from (select count(*)::float8 as count, false as estimated from found) total
left join lateral (
  select :columns
  from (select id from found order by id limit :limit::bigint + 1 offset :offset::bigint) k
  join thumbnails t on t.id = k.id
  join frames f on f.id = t.frame_id and :visible
  order by t.id
) page on true
-- name: sampled
-- How much matches is not known beforehand: ids drawn evenly from all (the same at each request, so
-- that pages agree) tell. Only those that match, so of frames that the caller may see, count.
-- `gather` what is too rare to be judged by a sample, not much more than is counted exactly, or comes
-- so late by id that a walk would read more than all that matches; then the count is exact.
-- Otherwise the page is a walk by id, whose cost is what it passes over, and the count is the
-- matches' share of ids, unless there are so few ids that all of them are counted.
with span as materialized (
  select first, last, coalesce(last - first::bigint + 1, 0) as ids, coalesce(last - first::bigint + 1, 0) <= 2 * :most::int as few
  from (select min(t.id) as first, max(t.id) as last from thumbnails t) t
),
sample as materialized (
  select count(*) as hits, min(p.place) as nearest
  from (
    select (hashint4(i)::bigint & 2147483647) * s.ids >> 31 as place, s.first
    from span s cross join generate_series(1, :draws::int) i
    where not s.few
  ) p
  where exists (select from thumbnails t where t.id = p.first + p.place :of_thumbnail :seen offset 0)
),
judged as materialized (
  select s.few, round(p.hits * s.ids / :draws::float8) as estimate,
    not s.few and (p.hits < 40 or p.hits * s.ids / :draws::float8 < 2 * :most::int or p.nearest > p.hits * s.ids / :draws::float8) as gather
  from span s cross join sample p
),
found as materialized (
  select t.id from frames f join thumbnails t on t.frame_id = f.id
  where (select gather from judged) and :visible :filters
),
total as materialized (
  select coalesce(c.exact, c.estimate)::float8 as count, c.exact is null as estimated
  from (
    select j.estimate, case
      when j.gather then (select count(*) from found)
      when j.few or :exactly then (select count(*) from thumbnails t join frames f on f.id = t.frame_id where :visible :filters)
    end as exact
    from judged j
  ) c
)
select total.*, page.*
from total
left join lateral (
  select :columns
  from (
    (select id from found order by id limit :limit::bigint + 1 offset :offset::bigint)
    union all
    (
      select t.id from thumbnails t
      where not (select gather from judged) :of_thumbnail :seen
      order by t.id limit :limit::bigint + 1 offset :offset::bigint
    )
  ) k
  join thumbnails t on t.id = k.id
  join frames f on f.id = t.frame_id and :visible
  order by t.id
) page on true
-- name: seen
-- Looked up one by one and by id alone (offset 0), so that a walk stays one.
and exists (select from (select f.* from frames f where f.id = t.frame_id offset 0) f where :visible :filters)
