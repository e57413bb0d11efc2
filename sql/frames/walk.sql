-- One page from a cursor on: like list.sql without a count, at a constant cost at any depth.

-- name: rows
-- Those that :from leaves, in order; it is empty on the first page. The sum keeps
-- PostgreSQL from walking the versions along with the frames by id, from the first on.
(
  select f.*
  from frames f
  where f.observation_date is not null
    and exists (select from versions v where v.frame_id = f.id + 0)
    and :visible
    :filters
    :from
  order by :ordering
  limit :limit::bigint
)
-- name: page
-- The first of :rows, which are one such part or several.
select :columns
from (
  select f.*
  from (:rows) f
  order by :ordering
  limit :limit::bigint
) f
order by :ordering
