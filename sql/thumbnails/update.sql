-- name: taken
-- Locked, so that what is read of it next is what is replaced.
select t.id from thumbnails t where t.basename = :basename for update of t
-- name: lock
select t.id from thumbnails t where t.id = :id::bigint for update of t
-- name: update
-- Changes what is not null.
update thumbnails t
set size = coalesce(:size, t.size), basename = coalesce(:basename, t.basename), extension = coalesce(:extension, t.extension),
  key = coalesce(:key, t.key), frame_id = coalesce(:frame::bigint, t.frame_id)
where t.id = :id::bigint
returning t.id
