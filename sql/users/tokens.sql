-- The archive's own token of a user.

-- name: get
select t.key, t.key_sealed from tokens t where t.user_id = :id
-- name: add
-- The plain key is kept only while the reference's views stand. A user who has a token keeps it: no
-- row then.
insert into tokens (user_id, key, key_hash, key_sealed, created)
values (:id, case when to_regclass('authtoken_token') is not null then :plain end, :hash, :sealed, now())
on conflict (user_id) do nothing
returning user_id
-- name: revoke
-- The token is gone at once; answers what is needed to forget it in caches.
delete from tokens t where t.user_id = :id returning t.key, t.key_hash
-- name: plain_tokens
select t.user_id, t.key as plain from tokens t where t.key is not null and t.key_hash is null
-- name: plain_api_tokens
select p.user_id, p.api_token as plain from profiles p where p.api_token <> '' and p.api_token_hash is null
-- name: convert_tokens
update tokens t set key_hash = :hash, key_sealed = :sealed where t.user_id = :id and t.key = :plain
-- name: convert_api_tokens
update profiles p set api_token_hash = :hash, api_token_sealed = :sealed where p.user_id = :id and p.api_token = :plain
