-- What is kept encrypted under SECRET_KEY: the archive's tokens, the portal's api tokens, and
-- bearer tokens.

-- name: sealed
-- Everything that is kept under SECRET_KEY.
select t.key_sealed as sealed from tokens t where t.key_sealed is not null
union all
select p.api_token_sealed from profiles p where p.api_token_sealed is not null
union all
select p.bearer_sealed from profiles p where p.bearer_sealed is not null
-- name: lock
-- Nobody writes what is kept under one SECRET_KEY while it is made anew under another.
lock table tokens, profiles in share row exclusive mode
-- name: sealed_tokens
select t.user_id as id, t.key_sealed as sealed from tokens t where t.key_sealed is not null
-- name: sealed_api_tokens
select p.user_id as id, p.api_token_sealed as sealed from profiles p where p.api_token_sealed is not null
-- name: sealed_bearers
select p.user_id as id, p.bearer_sealed as sealed from profiles p where p.bearer_sealed is not null
-- name: reseal_tokens
-- Rows are `[{id, hash, sealed}]`, the hash in hexadecimal digits.
update tokens t set key_hash = decode(r.hash, 'hex'), key_sealed = r.sealed
from jsonb_to_recordset(:rows::text::jsonb) as r (id integer, hash text, sealed text)
where t.user_id = r.id
-- name: reseal_api_tokens
update profiles p set api_token_hash = decode(r.hash, 'hex'), api_token_sealed = r.sealed
from jsonb_to_recordset(:rows::text::jsonb) as r (id integer, hash text, sealed text)
where p.user_id = r.id
-- name: reseal_bearers
update profiles p set bearer_hash = decode(r.hash, 'hex'), bearer_sealed = r.sealed
from jsonb_to_recordset(:rows::text::jsonb) as r (id integer, hash text, sealed text)
where p.user_id = r.id
