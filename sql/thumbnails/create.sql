-- The thumbnail of a basename that no thumbnail has yet.
insert into thumbnails as t (size, basename, extension, key, frame_id)
values (:size, :basename, :extension, :key, :frame)
on conflict (basename) do nothing
returning t.id
