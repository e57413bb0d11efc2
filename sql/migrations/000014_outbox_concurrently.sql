-- Built in statements of their own without holding up writers.

-- Whether an earlier message of the same frame waits.
create index concurrently if not exists outbox_frames on outbox using btree (frame_id, id) where (dead is null);
-- The dead letters, of which there are few or none.
create index concurrently if not exists outbox_dead on outbox using btree (dead) where (dead is not null);
