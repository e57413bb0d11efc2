-- Removes frames and all that hangs on them, in the order that foreign keys ask for.

-- name: lock
-- Before anything else: other writers of the frames then wait, or have ended. In the order in which
-- they wait for each other, names as they sort. :still are conditions that have to hold once the
-- frame is had: a frame that was changed while it was waited for is looked at again.
select f.id from frames f where f.id = any (:ids::bigint[]) :still order by f.basename for update of f
-- name: related
delete from related_frames where from_frame_id = any (:ids::bigint[]) or to_frame_id = any (:ids::bigint[])
-- name: headers
delete from headers where frame_id = any (:ids::bigint[])
-- name: versions
delete from versions where frame_id = any (:ids::bigint[]) returning size
-- name: thumbnails
delete from thumbnails where frame_id = any (:ids::bigint[])
-- name: frames
delete from frames where id = any (:ids::bigint[])
