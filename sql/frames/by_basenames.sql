-- The frames that a file's name can belong to, by where its basename may end; with thumbnails,
-- which have names of their own, and files that were stored under a name which their frame has
-- given up. Look-ups by an index each: one condition on all would be a read of all frames. A frame
-- may come twice.
select :columns
from frames f
where f.basename = any (:names::text[]) and f.observation_date is not null and :visible
union all
select :columns
from frames f
where f.id = any (array(
    select t.frame_id from thumbnails t where t.basename = any (:names::text[])
    union
    select t.frame_id from thumbnails t where t.filed is not null and t.filed ->> 'name' = any (:names::text[])
    union
    select v.frame_id from versions v where v.filed is not null and v.filed ->> 'basename' = any (:names::text[])))
  and f.observation_date is not null and :visible
