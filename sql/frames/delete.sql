-- Removes a frame and all that hangs on it, in the order that foreign keys ask for.

-- name: lock
-- Before anything else: other writers of the frame then wait, or have ended.
select f.id from frames f where f.id = :id::bigint for update
-- name: related
delete from related_frames where from_frame_id = :id::bigint or to_frame_id = :id::bigint
-- name: headers
delete from headers where frame_id = :id::bigint
-- name: versions
delete from versions where frame_id = :id::bigint
-- name: thumbnails
delete from thumbnails where frame_id = :id::bigint
-- name: frame
delete from frames where id = :id::bigint
