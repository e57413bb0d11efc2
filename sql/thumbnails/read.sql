-- Thumbnails that a caller may see: those of frames that the caller may see.

-- name: list
-- A page of them with the count of all; a page past the end is one row whose id is null.
select total.count, page.*
from (select count(*)::float8 as count from thumbnails t join frames f on f.id = t.frame_id where :visible :filters) total
left join lateral (
  select :columns
  from thumbnails t join frames f on f.id = t.frame_id
  where :visible :filters
  order by t.id
  limit :limit::bigint offset :offset::bigint
) page on true
-- name: get
select :columns
from thumbnails t join frames f on f.id = t.frame_id
where t.id = :id and :visible
-- name: columns
t.id as thumbnail_id, t.size, t.basename as thumbnail_basename, t.extension, t.key, t.filed::json as filed,
f.id, f.basename, f.site_id, f.instrument_id, f.observation_date, f.observation_day, f.reduction_level, f.configuration_type, f.public_date
-- name: frame_basename
and f.basename = :value
-- name: proposal_id
and f.proposal_id = :value
-- name: observation_id
and f.observation_id = :value::int
-- name: request_id
and f.request_id = :value::int
-- name: size
and t.size = :value
