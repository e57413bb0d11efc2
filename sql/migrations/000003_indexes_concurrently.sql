-- Indexes, each built in a statement of its own without holding up writers, so the old server goes on meanwhile. An index that the
-- database already has under another name (whatever follows "using", as PostgreSQL itself prints it) is not built again: an
-- adopted database lacks only the first two, about 3 and 5 GB per 100 million frames.

-- The default order of lists, and its cursor.
create index concurrently if not exists frames_newest on frames using btree (observation_date desc, id desc);
-- Frames of one's own proposals, newest first.
create index concurrently if not exists frames_proposal_newest on frames using btree (proposal_id, observation_date desc, id desc);
-- covers and intersects.
create index concurrently if not exists frames_area on frames using gist (area);
create index concurrently if not exists frames_public_date on frames using btree (public_date);
create index concurrently if not exists frames_observation_id on frames using btree (observation_id);
create index concurrently if not exists frames_request_id on frames using btree (request_id);
create index concurrently if not exists frames_target_name on frames using btree (target_name);
-- Unique in both kinds; named here so that they are certain.
create unique index concurrently if not exists frames_basename on frames using btree (basename);
create unique index concurrently if not exists versions_key on versions using btree (key);
create unique index concurrently if not exists versions_md5 on versions using btree (md5);
create unique index concurrently if not exists headers_frame_id on headers using btree (frame_id);
create unique index concurrently if not exists related_frames_pair on related_frames using btree (from_frame_id, to_frame_id);
create unique index concurrently if not exists thumbnails_basename on thumbnails using btree (basename);
create index concurrently if not exists versions_frame_id on versions using btree (frame_id);
create index concurrently if not exists thumbnails_frame_id on thumbnails using btree (frame_id);
-- The other direction of related frames: without it the deletion of a frame reads the whole table.
create index concurrently if not exists related_frames_to_frame_id on related_frames using btree (to_frame_id);
