-- name: put
-- The thumbnail of a basename: created, or replaced if there is one. The id is the same afterwards.
insert into thumbnails as t (size, basename, extension, key, frame_id)
values (:size, :basename, :extension, :key, :frame)
on conflict (basename) do update set size = excluded.size, extension = excluded.extension, key = excluded.key, frame_id = excluded.frame_id
returning t.id
-- name: update
-- Changes what is not null.
update thumbnails t
set size = coalesce(:size, t.size), basename = coalesce(:basename, t.basename), extension = coalesce(:extension, t.extension),
  key = coalesce(:key, t.key), frame_id = coalesce(:frame::int, t.frame_id)
where t.id = :id
returning t.id
-- name: taken
select t.id from thumbnails t where t.basename = :basename
-- name: delete
delete from thumbnails t where t.id = :id
