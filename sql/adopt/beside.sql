-- For as long as the old server runs beside this one, on its views: rows this archive writes must not trip it, nor the other way
-- round. adopt/retire takes all of this away again.

-- The old server gives a user a token when it sees none. It does not see one whose plain key is not kept: its own takes the place.
create function replace_unseen_token() returns trigger language plpgsql as $$
begin
  if new.key is not null and new.key_hash is null then
    delete from tokens where user_id = new.user_id and key is null;
  end if;
  return new;
end
$$;
create trigger replace_unseen_token before insert on tokens for each row execute function replace_unseen_token();

-- It cannot read a profile whose token is null; an empty one it takes for none.
create function show_empty_api_token() returns trigger language plpgsql as $$
begin
  new.api_token := coalesce(new.api_token, '');
  return new;
end
$$;
create trigger show_empty_api_token before insert or update on profiles for each row execute function show_empty_api_token();

-- The role that owns the adopted tables, under which the archive has run so far, owns the new ones as well.
do $$
declare
  made text;
  owner regrole := (select relowner from pg_class where oid = 'frames'::regclass);
begin
  foreach made in array array['thumbnails', 'outbox', 'settings', 'platestack_migrations'] loop
    if (select relowner from pg_class where oid = to_regclass(made)) <> owner then
      execute format('alter table %I owner to %s', made, owner);
    end if;
  end loop;
end
$$;
