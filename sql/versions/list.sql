-- A page of versions, newest first, with the count of all and the columns of its frame that a path
-- is made of. For staff: no visibility applies. A page past the end is one row whose id is null.
select total.count, page.*
from (select count(*)::float8 as count from versions v where true :filters) total
left join lateral (
  select :columns
  from (
    select v.* from versions v where true :filters
    order by v.created desc, v.id desc
    limit :limit::bigint offset :offset::bigint
  ) v
  join frames f on f.id = v.frame_id
  order by v.created desc, v.id desc
) page on true
