-- Adds versions to a frame. One whose key or md5 exists already is left out: fewer rows than asked for tell the caller, who rolls back. Size and CRC-32
-- may be null: then the first download learns them.
insert into versions (frame_id, key, md5, extension, size, crc32, created)
select :id, v.key, v.md5, v.extension, v.size, v.crc32, clock_timestamp()
from jsonb_to_recordset(:versions::text::jsonb) as v (key text, md5 text, extension text, size bigint, crc32 bigint)
on conflict do nothing
returning id
