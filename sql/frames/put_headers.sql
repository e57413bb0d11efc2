-- Replaces a frame's headers. :headers is the JSON text as it was sent, so that no digit of a number is lost on the way.
insert into headers (frame_id, data)
values (:id, :headers::text::jsonb)
on conflict (frame_id) do update set data = excluded.data
