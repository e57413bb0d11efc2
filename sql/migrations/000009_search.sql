-- What mirrors follow: frames.modified says when anything changed that is shown of a frame itself.
-- Its columns and versions are written by the archive with their time; this adds the frame's
-- thumbnails, by a trigger since the old server of an adopted archive writes them too.

-- The clock, not the start of the transaction: it may have waited for another that wrote later.
create function modify_thumbnail_frame() returns trigger language plpgsql security definer set search_path from current as $$
begin
  update frames set modified = clock_timestamp() where id in (old.frame_id, new.frame_id);
  return null;
end
$$;
create trigger modify_thumbnail_frame after insert or delete on thumbnails for each row execute function modify_thumbnail_frame();
create trigger modify_thumbnail_frame_by_update after update on thumbnails for each row
  when ((old.size, old.basename, old.extension, old.key, old.frame_id)
    is distinct from (new.size, new.basename, new.extension, new.key, new.frame_id))
  execute function modify_thumbnail_frame();

-- The role that owns the tables, under which the archive runs, owns this as well.
do $$
declare
  owner regrole := (select relowner from pg_class where oid = 'frames'::regclass);
begin
  if (select proowner from pg_proc where oid = 'modify_thumbnail_frame()'::regprocedure) <> owner then
    execute format('alter function modify_thumbnail_frame() owner to %s', owner);
  end if;
end
$$;
