-- Users as the operator sees them: `platestack users`. Nothing that is secret is read.

-- name: list
select :columns
from users u
left join profiles p on p.user_id = u.id
left join tokens t on t.user_id = u.id
order by u.username
-- name: get
select :columns, u.first_name, u.last_name, u.email, p.proposals, p.proposals_seen,
  coalesce(p.api_token_sealed is not null or p.api_token <> '', false) as has_portal_token
from users u
left join profiles p on p.user_id = u.id
left join tokens t on t.user_id = u.id
where u.username = :username
-- name: columns
u.id, u.username, u.is_superuser, u.is_staff, u.is_active, u.is_local, u.date_joined, u.last_login, t.created as token_since,
cardinality(p.proposals) as proposal_count
-- name: change
-- What is null stays.
update users u set
  is_superuser = coalesce(:is_superuser::boolean, u.is_superuser),
  is_staff = coalesce(:is_staff::boolean, u.is_staff),
  is_active = coalesce(:is_active::boolean, u.is_active)
where u.id = :id
-- name: superusers
select count(*) as superusers from users u where u.is_superuser and u.is_active
