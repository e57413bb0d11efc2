-- What was found wrong with stored files.

-- name: put
-- For as long as the row is there that names this file. A kind that was not known before begins anew.
insert into verification_findings as f (files, id, kind, basename, path, key, expected, found)
select :files, :id::bigint, :kind, :basename, :path, :key, :expected::text::jsonb, :found::text::jsonb
where case :files
  when 'versions' then exists (select from versions v where v.id = :id::bigint and v.key = :key)
  else exists (select from thumbnails t where t.id = :id::bigint and t.key = :key) end
on conflict (files, id) do update set
  kind = excluded.kind, basename = excluded.basename, path = excluded.path, key = excluded.key, expected = excluded.expected,
  found = excluded.found, last_found = now(), first_found = case when f.kind = excluded.kind then f.first_found else now() end
returning true as kept
-- name: close
delete from verification_findings f where f.files = :files and f.id = :id::bigint
-- name: prune
-- Of files whose row is gone, or names another file by now.
delete from verification_findings f
where case f.files
  when 'versions' then (select true from versions v where v.id = f.id and v.key = f.key)
  else (select true from thumbnails t where t.id = f.id and t.key = f.key) end is null
-- name: between
select f.id::float8 as id, f.kind from verification_findings f
where f.files = :files and f.id between :first::bigint and :last::bigint
-- name: list
select f.files, f.id::float8 as id, f.kind, f.basename, f.path, f.key, f.expected, f.found,
  to_char(f.first_found at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as first_found,
  to_char(f.last_found at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as last_found
from verification_findings f
where (f.kind = any (:kinds::text[]))
order by f.path, f.key
-- name: named
-- Whose file has this MD5.
select f.basename, v.extension from versions v join frames f on f.id = v.frame_id where v.md5 = :md5
