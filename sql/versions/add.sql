-- Adds versions to a frame. One whose key or md5 exists already is left out: fewer rows than asked for tell the caller, who rolls back.
insert into versions (frame_id, key, md5, extension, created)
select :id, v.key, v.md5, v.extension, clock_timestamp()
from jsonb_to_recordset(:versions::text::jsonb) as v (key text, md5 text, extension text)
on conflict do nothing
returning id
