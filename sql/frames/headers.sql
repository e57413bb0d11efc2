-- The headers of a frame that the caller may see, as JSON text: numbers keep every digit. An old
-- frame without headers has an empty object.
select coalesce(h.data, '{}')::text as data
from frames f
left join headers h on h.frame_id = f.id
where f.id = :id::bigint and f.observation_date is not null and :visible
