-- Removes a frame and all that hangs on it, in the order that foreign keys ask for.

-- name: lock
-- Before anything else: other writers of the frame then wait, or have ended.
select f.id from frames f where f.id = :id for update
-- name: related
delete from related_frames where from_frame_id = :id or to_frame_id = :id
-- name: headers
delete from headers where frame_id = :id
-- name: versions
delete from versions where frame_id = :id
-- name: thumbnails
delete from thumbnails where frame_id = :id
-- name: frame
delete from frames where id = :id
