-- One page from a cursor on: like list.sql without a count, at a constant cost at any depth. :from
-- is empty on the first page.
select :columns
from (
  select f.*
  from frames f
  where f.observation_date is not null
    and exists (select from versions v where v.frame_id = f.id)
    and :visible
    :filters
    :from
  order by :ordering
  limit :limit::bigint
) f
order by :ordering
