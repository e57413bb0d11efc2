-- Adopts a reference database: its tables take our names, and views with exactly the columns they had take the old ones. Only the
-- catalogue changes. The views are plain selections of one table, which PostgreSQL lets the old server insert into, upsert, update
-- and delete from as before; ids, defaults, constraints and sequences stay with the tables.
-- migrate() has checked the tables before; all of this is one transaction, so that neither server ever sees half of it.
-- The locks come in the order in which the old server's requests take them (who is it, then frames, then what hangs on them): the
-- other way round, each would wait for the other.
lock table authtoken_token, auth_user, auth_profile_authprofile, frames_frame, frames_version, frames_headers,
  frames_frame_related_frames in access exclusive mode;

do $$
declare
  old_name text;
  new_name text;
  visible text;
  may record;
begin
  for old_name, new_name, visible in values
    ('frames_frame', 'frames', 'true'),
    ('frames_version', 'versions', 'true'),
    ('frames_headers', 'headers', 'true'),
    ('frames_frame_related_frames', 'related_frames', 'true'),
    ('frames_thumbnail', 'thumbnails', 'true'),
    ('auth_user', 'users', 'true'),
    -- A token whose plain key is not kept is none to the old server, which would hand out an empty one.
    ('authtoken_token', 'tokens', 'key is not null'),
    ('auth_profile_authprofile', 'profiles', 'true')
  loop
    -- Releases before version 2 have no thumbnails: 000002 makes the table, and there is no old name to keep.
    continue when to_regclass(old_name) is null;
    execute format('alter table %I rename to %I', old_name, new_name);
    execute format('create view %I as select * from %I', old_name, new_name)
      || case when visible = 'true' then '' else ' where ' || visible end;
    -- Whoever may use the table may use the view, and its owner owns it: the old server may log in as another role than this one.
    execute format('alter view %I owner to %s', old_name,
      (select relowner::regrole from pg_class where oid = to_regclass(new_name)));
    for may in
      select case when a.grantee = 0 then 'public' else a.grantee::regrole::text end as who, a.privilege_type, a.is_grantable
      from pg_class c, aclexplode(c.relacl) a
      where c.oid = to_regclass(new_name) and a.grantee <> c.relowner
    loop
      execute format('grant %s on %I to %s', may.privilege_type, old_name, may.who)
        || case when may.is_grantable then ' with grant option' else '' end;
    end loop;
  end loop;
end
$$;
