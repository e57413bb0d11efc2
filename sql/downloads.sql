-- What downloads need of the newest version of each frame. float8 holds every integer up to 2^53
-- and comes as a JavaScript number.

-- name: columns
f.id, f.basename, f.site_id, f.instrument_id, f.observation_date, f.observation_day, f.reduction_level, f.configuration_type, f.public_date,
v.id as version_id, v.key, v.md5, v.extension, extract(epoch from v.created)::float8 as created,
v.filed::json as filed, case when v.filed is not null then filed_elsewhere(v.id) end as elsewhere, (
  select json_agg(n.filed) from versions n
  where n.frame_id = v.frame_id and n.extension = v.extension and (n.created, n.id) > (v.created, v.id)) as newer,
v.size::float8 as size, v.crc32::float8 as crc32, v.unpacked_size::float8 as unpacked_size, v.unpacked_crc32::float8 as unpacked_crc32,
v.catalog_size::float8 as catalog_size, v.catalog_crc32::float8 as catalog_crc32

-- name: of_frames
-- The newest files of the frames of a set of ids that the caller may see, each once, by id. Ids
-- that are not seen are left out.
select :columns
from frames f
join lateral (select * from versions n where n.frame_id = f.id order by n.created desc, n.id desc limit 1) v on true
where f.id = any (:ids::bigint[]) and f.observation_date is not null and :visible
order by f.id

-- name: of_versions
-- Versions by id, newest of their frame or not, for a download that was promised already: the
-- promise stands in place of visibility.
select :columns
from versions v
join frames f on f.id = v.frame_id
where v.id = any (:ids::bigint[]) and f.observation_date is not null and :visible
order by f.id

-- name: learn
-- Keeps what was learnt of versions. Null leaves what is there.
update versions v
set size = coalesce(l.size, v.size), crc32 = coalesce(l.crc32, v.crc32),
  unpacked_size = coalesce(l.unpacked_size, v.unpacked_size), unpacked_crc32 = coalesce(l.unpacked_crc32, v.unpacked_crc32),
  catalog_size = coalesce(l.catalog_size, v.catalog_size), catalog_crc32 = coalesce(l.catalog_crc32, v.catalog_crc32)
from jsonb_to_recordset(:facts::text::jsonb) as l (id bigint, size bigint, crc32 bigint, unpacked_size bigint, unpacked_crc32 bigint,
  catalog_size bigint, catalog_crc32 bigint)
where v.id = l.id

-- name: unlearnt
-- The next versions after :after whose size or CRC-32 is not known: the work of `platestack
-- checksum`, a step along the primary key.
select :columns
from (
  select * from versions u
  where u.id > :after::bigint and (u.size is null or u.crc32 is null)
  order by u.id
  limit :limit::bigint
) v
join frames f on f.id = v.frame_id
order by v.id

-- name: count_unlearnt
select count(*)::float8 as count from versions v where v.size is null or v.crc32 is null
