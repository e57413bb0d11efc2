-- Messages that waited already: in a transaction apart, so that new ones come in meanwhile.
update outbox set frame_id = (message ->> 'frameid')::bigint where frame_id is null and jsonb_typeof(message -> 'frameid') = 'number';
