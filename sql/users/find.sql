-- Users as authentication needs them, each a user with what the portal last said of it. A profile
-- that is missing leaves its columns null.

-- name: by_token
-- The holder of an archive token or of a portal api token, by hash; plain ones are those of an
-- adopted database, not converted yet. No token of the portal is a local user's, though the old
-- server may have noted one.
select :columns
from users u
left join profiles p on p.user_id = u.id
where u.id = coalesce(
  (select t.user_id from tokens t where t.key_hash = :hash),
  (select a.user_id from profiles a join users l on l.id = a.user_id where a.api_token_hash = :hash and not l.is_local limit 1),
  (select t.user_id from tokens t where t.key = :plain),
  (select a.user_id from profiles a join users l on l.id = a.user_id where a.api_token = :plain and not l.is_local limit 1))
-- name: by_bearer
select :columns
from users u
join profiles p on p.user_id = u.id
where p.bearer_hash = :hash and not u.is_local
limit 1
-- name: by_id
select :columns
from users u
left join profiles p on p.user_id = u.id
where u.id = :id
-- name: by_name
select :columns
from users u
left join profiles p on p.user_id = u.id
where u.username = :username
-- name: columns
u.id, u.username, u.password, u.is_staff, u.is_superuser, u.is_active, u.session_epoch, u.is_local, p.api_token, p.api_token_sealed, p.bearer_sealed, p.proposals
