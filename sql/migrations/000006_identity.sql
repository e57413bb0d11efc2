-- Whose accounts are whose, and sessions that end on the server. Catalogue changes, and a mark on a handful of rows.
lock table users in access exclusive mode;
alter table users
  add column is_local boolean not null default false,
  add column session_epoch integer not null default 0;
comment on column users.is_local is 'made here and not by the Observation Portal, whose account of the same name is another person';
comment on column users.session_epoch is 'part of what session cookies are signed with: one more ends all sessions of the user';

-- The portal gives each of its users a profile. The reference keeps their passwords, so that a password alone says nothing.
update users u set is_local = true
where (u.is_superuser or u.password ~ '^[a-z0-9_]+[$]') and not exists (select from profiles p where p.user_id = u.id);
-- The reference has another profile for each user as well, with the portal's token for whoever came from there.
do $$
begin
  if to_regclass('authentication_profile') is not null then
    update users u set is_local = false from authentication_profile a
    where u.is_local and a.user_id = u.id and a.access_token <> '';
  end if;
end
$$;

-- The old server's own commands make users with a password; those of the portal get theirs afterwards.
create function mark_local_user() returns trigger language plpgsql as $$
begin
  new.is_local := new.is_local or new.password ~ '^[a-z0-9_]+[$]';
  return new;
end
$$;
create trigger mark_local_user before insert on users for each row execute function mark_local_user();
