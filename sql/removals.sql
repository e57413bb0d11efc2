-- Removing stored files that no row names any more: noted in the transaction that takes the rows
-- away, claimed for a while, removed from the store, and only then taken off the list. A process
-- that dies in between leaves entries that are claimed again when that while is over.

-- name: note
-- Noted by whoever removes them right after the commit, and so claimed. :files is a JSON array.
insert into removals (path, key, newest, attempts, next_try)
select f.path, f.key, f.newest, 1, now() + interval '5 minutes'
from jsonb_to_recordset(:files::text::jsonb) as f (path text, key text, newest boolean)
returning id::text as id, path, key, newest, extract(epoch from created)::float8 as created
-- name: claim
-- Those that are due, the ones that have waited longest first. Other processes pass over what is
-- being claimed.
update removals r
set attempts = r.attempts + 1, next_try = now() + interval '5 minutes'
where r.id in (select d.id from removals d where d.next_try <= now() order by d.next_try, d.id limit :limit::bigint for update skip locked)
returning r.id::text as id, r.path, r.key, r.newest, extract(epoch from r.created)::float8 as created
-- name: noted
select r.path, r.key, r.newest from removals r where r.path = any (:paths::text[])
-- name: waiting
select count(*) as waiting from removals
-- name: done
delete from removals where id = any (:ids::bigint[])
-- name: release
-- The store did not remove them: due again after a pause that doubles with every attempt, up to an
-- hour.
update removals
set next_try = now() + least(3600, 2 ^ least(attempts, 12)) * interval '1 second'
where id = any (:ids::bigint[])
-- name: postpone
update removals set next_try = now() + interval '1 hour' where id = any (:ids::bigint[])
-- name: named
-- The frames that may name a file of one of these names, as in frames/by_basenames; dated or not,
-- and seen by nobody.
select :columns
from frames f
where f.id in (
  select n.id from frames n where n.basename = any (:names::text[])
  union all select t.frame_id from thumbnails t where t.basename = any (:names::text[])
  union all select t.frame_id from thumbnails t where t.filed is not null and t.filed ->> 'name' = any (:names::text[])
  union all select v.frame_id from versions v where v.filed is not null and v.filed ->> 'basename' = any (:names::text[]))
