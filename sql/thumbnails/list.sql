-- A page of the thumbnails that a caller may see, those of frames that the caller may see, with the
-- count of all; a page past the end is one row whose id is null.
select total.count, page.*
from (select count(*)::float8 as count from thumbnails t join frames f on f.id = t.frame_id where :visible :filters) total
left join lateral (
  select :columns
  from thumbnails t join frames f on f.id = t.frame_id
  where :visible :filters
  order by t.id
  limit :limit::bigint offset :offset::bigint
) page on true
