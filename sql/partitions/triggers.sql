-- What keeps partitioned frames right, with the rights of the owner as all triggers of the archive.

-- name: name
-- Takes the id and the name of a frame that is inserted. Who writes the same name at the moment is
-- waited for. A placeholder asks for no more than that its name is there: it is left out then; any
-- other frame is refused. (A frame that an update moves to another partition is inserted there: its
-- id is taken, and it has gone from where it was.)
create function keep_frame_name() returns trigger language plpgsql security definer set search_path from current as $$
begin
  insert into frame_names (id, basename) values (new.id, new.basename) on conflict do nothing;
  if found then return new; end if;
  if exists (select from frame_names n where n.id = new.id) then
    if not exists (select from frames f where f.id = new.id) then return new; end if;
  elsif new.observation_date is null then
    return null;
  end if;
  raise unique_violation using message = format('a frame of id %s or basename %s is there already', new.id, new.basename);
end
$$
-- name: on_insert
create trigger keep_frame_name before insert on frames for each row execute function keep_frame_name()
-- name: follow
create function follow_frames() returns trigger language plpgsql security definer set search_path from current as $$
begin
  if tg_op = 'UPDATE' then
    update frame_names n set basename = a.basename from after a where n.id = a.id and n.basename <> a.basename;
  elsif tg_op = 'DELETE' then
    delete from frame_names n using before b where n.id = b.id;
  else
    delete from frame_names;
  end if;
  return null;
end
$$
-- name: on_update
create trigger follow_frames_update after update on frames referencing new table as after for each statement execute function follow_frames()
-- name: on_delete
create trigger follow_frames_delete after delete on frames referencing old table as before for each statement execute function follow_frames()
-- name: on_truncate
create trigger follow_frames_truncate after truncate on frames for each statement execute function follow_frames()
-- name: filing
-- As in 000005_stored_files, of all rows of a statement: those that move to another partition are
-- deleted and inserted there, which a trigger for each row would not take for an update. The rows have
-- no index: grouped, and not joined, lest a plan that is kept of a few compares each of many with each.
create or replace function keep_filing() returns trigger language plpgsql security definer set search_path from current as $$
begin
  with filing as (
    select id, jsonb_build_object(
      'basename', basename, 'site_id', site_id, 'instrument_id', instrument_id, 'observation_day', observation_day,
      'reduction_level', reduction_level, 'configuration_type', configuration_type) as filed
    from (
      select 'after' as side, id, basename, site_id, instrument_id, observation_day, reduction_level, configuration_type from after
      union all
      select 'before', id, basename, site_id, instrument_id, observation_day, reduction_level, configuration_type from before
    ) x
    group by id, basename, site_id, instrument_id, observation_day, reduction_level, configuration_type
    having count(*) = 1 and min(side) = 'before'
  ), filed_thumbnails as (
    update thumbnails t set filed = f.filed from filing f where t.frame_id = f.id and t.filed is null
  )
  update versions v set filed = f.filed from filing f where v.frame_id = f.id and v.filed is null;
  return null;
end
$$
-- name: on_filing
create trigger keep_filing after update on frames referencing old table as before new table as after
  for each statement execute function keep_filing()
