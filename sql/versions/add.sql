-- name: taken
-- Which keys and md5s exist already, and whose they are. By two unique indexes.
select v.frame_id, f.basename, v.key, v.md5
from versions v
join frames f on f.id = v.frame_id
where v.key = any (:keys::text[]) or v.md5 = any (:md5s::text[])
-- name: add
-- Adds versions; `place` counts those of one frame, the last of which is the newest. One whose key
-- or md5 exists already is left out: fewer rows than asked for tell the caller, who rolls back.
-- Size and CRC-32 may be null: then the first download learns them. `created`: null but for what is
-- taken over from another archive, with the time that it has there.
insert into versions (frame_id, key, md5, extension, size, crc32, created)
select v.frame_id, v.key, v.md5, v.extension, v.size, v.crc32, coalesce(v.created, clock.now + v.place * interval '1 microsecond')
from jsonb_to_recordset(:versions::text::jsonb) as v (
  frame_id bigint, place int, key text, md5 text, extension text, size bigint, crc32 bigint, created timestamptz)
cross join (select clock_timestamp() as now) clock
order by v.md5
on conflict do nothing
returning id
