-- The frames that a file's name can belong to, by where its basename may end; with thumbnails, which have names of their own.
select :columns
from frames f
where (f.basename = any (:names::text[]) or f.id in (select t.frame_id from thumbnails t where t.basename = any (:names::text[])))
  and f.observation_date is not null
  and :visible
