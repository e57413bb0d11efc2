-- Replaces the headers of frames. :headers is a JSON array of the texts as they were sent, so that
-- no digit of a number is lost on the way; the frame of each stands in the same place of :ids.
insert into headers (frame_id, data)
select (:ids::bigint[])[h.place::int], h.data
from jsonb_array_elements(:headers::text::jsonb) with ordinality as h (data, place)
order by 1
on conflict (frame_id) do update set data = excluded.data
