-- Writing users and what the portal says of them.

-- name: user
-- Creates a user of the portal, or updates the one of that name with what is not null; a local one
-- is left alone, and no row answered. A new one has a password that no text matches.
insert into users as u (username, password, first_name, last_name, email, is_staff, is_superuser, is_active, date_joined)
values (:username, '!', coalesce(:first_name::text, ''), coalesce(:last_name::text, ''), coalesce(:email::text, ''),
  coalesce(:is_staff::boolean, false), coalesce(:is_superuser::boolean, false), true, now())
on conflict (username) do update set
  first_name = coalesce(:first_name::text, u.first_name),
  last_name = coalesce(:last_name::text, u.last_name),
  email = coalesce(:email::text, u.email),
  is_staff = coalesce(:is_staff::boolean, u.is_staff),
  is_superuser = coalesce(:is_superuser::boolean, u.is_superuser)
where not u.is_local
returning u.id
-- name: api_token
-- The portal's api token of a user. The plain one is kept only while the reference's views stand:
-- its server looks it up.
insert into profiles as p (user_id, staff_view, api_token, api_token_hash, api_token_sealed)
values (:id, coalesce(:staff_view::boolean, false), case when to_regclass('auth_profile_authprofile') is not null then coalesce(:plain::text, '') end,
  :hash, :sealed)
on conflict (user_id) do update set
  staff_view = coalesce(:staff_view::boolean, p.staff_view),
  api_token = case when to_regclass('auth_profile_authprofile') is not null then coalesce(:plain::text, p.api_token, '') end,
  api_token_hash = coalesce(:hash, p.api_token_hash),
  api_token_sealed = coalesce(:sealed, p.api_token_sealed)
-- name: bearer
insert into profiles as p (user_id, staff_view, api_token, bearer_hash, bearer_sealed)
values (:id, false, case when to_regclass('auth_profile_authprofile') is not null then '' end, :hash, :sealed)
on conflict (user_id) do update set bearer_hash = excluded.bearer_hash, bearer_sealed = excluded.bearer_sealed
-- name: proposals
insert into profiles as p (user_id, staff_view, api_token, proposals, proposals_seen)
values (:id, false, case when to_regclass('auth_profile_authprofile') is not null then '' end, :proposals::text[], now())
on conflict (user_id) do update set proposals = excluded.proposals, proposals_seen = now()
-- name: superuser
insert into users as u (username, password, email, first_name, last_name, is_staff, is_superuser, is_active, is_local, date_joined)
values (:username, :password, :email, '', '', true, true, true, true, now())
on conflict (username) do nothing
returning u.id
-- name: end_sessions
update users u set session_epoch = u.session_epoch + 1 where u.id = :id
-- name: login
update users u set last_login = now() where u.id = :id
