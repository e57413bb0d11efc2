-- The frames that a file's name can belong to, by where its basename may end; with thumbnails,
-- which have names of their own. Two look-ups, each by a unique index: one condition on both tables
-- would be a read of all frames. A frame may come twice.
select :columns
from frames f
where f.basename = any (:names::text[]) and f.observation_date is not null and :visible
union all
select :columns
from frames f
where f.id = any (array(select t.frame_id from thumbnails t where t.basename = any (:names::text[])))
  and f.observation_date is not null and :visible
