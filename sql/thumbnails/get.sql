-- One thumbnail by id, of a frame that the caller may see.
select :columns
from thumbnails t join frames f on f.id = t.frame_id
where t.id = :id::bigint and :visible
