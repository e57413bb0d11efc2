-- The related frames that a caller may see, of a frame that the caller may see. No row: no such
-- frame; one row without id: none related.
select r.*
from (select f.id from frames f where f.id = :id::bigint and f.observation_date is not null and :visible) self
left join lateral (
  select :columns
  from related_frames l
  join frames f on f.id = l.to_frame_id
  where l.from_frame_id = self.id
    and f.observation_date is not null
    and exists (select from versions v where v.frame_id = f.id)
    and :visible
  order by f.id
) r on true
