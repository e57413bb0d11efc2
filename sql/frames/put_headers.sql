-- Replaces a frame's headers by those of the body as it was sent, so that no digit of a number is lost on the way.
insert into headers (frame_id, data)
values (:id, :body::text::jsonb -> 'headers')
on conflict (frame_id) do update set data = excluded.data
