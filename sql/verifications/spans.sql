-- The spans of ids in which stored files are verified. A process claims one for a minute, and again
-- every few seconds while it reads; of one that died the span is free a minute later.

-- name: returned
s.files, s.first_id::float8 as first_id, s.last_id::float8 as last_id, s.next_id::float8 as next_id
-- name: clock
select extract(epoch from now())::float8 as now
-- name: claim_begun
-- A span that nobody has read to its end yet, and nobody reads.
update verification_spans s
set claimed_until = now() + interval '1 minute', claimant = :claimant
where (s.files, s.reading, s.first_id) = (
  select d.files, d.reading, d.first_id from verification_spans d
  where d.files = :files and d.reading = :reading and d.verified is null and d.claimed_until < now()
  order by d.first_id limit 1 for update skip locked)
returning :returned
-- name: claim_oldest
-- The span that was read longest ago, and before this run began.
update verification_spans s
set claimed_until = now() + interval '1 minute', claimant = :claimant
where (s.files, s.reading, s.first_id) = (
  select d.files, d.reading, d.first_id from verification_spans d
  where d.files = :files and d.reading = :reading and d.verified < to_timestamp(:before::float8) and d.claimed_until < now()
  order by d.verified, d.first_id limit 1 for update skip locked)
returning :returned
-- name: oldest
-- Whether that is of versions or of thumbnails: a lookup for each, past what others read.
select k.files
from unnest(array['versions', 'thumbnails']) as k (files)
cross join lateral (
  select d.verified from verification_spans d
  where d.files = k.files and d.reading = :reading and d.verified < to_timestamp(:before::float8) and d.claimed_until < now()
  order by d.verified limit 1
) d
order by d.verified limit 1
-- name: busy
-- How many others are reading.
select count(*)::float8 as spans from verification_spans s
where s.files in ('versions', 'thumbnails') and s.reading = :reading and s.claimed_until >= now() and s.claimant <> :claimant
-- name: add
-- The next ids that are in no span yet. Those are left for later that come after a row whose
-- transaction is not older than all that still run: they may be about to add a lower id. A row that
-- can be seen is of no transaction to come: what looks like one is long frozen, from more than two
-- thousand million transactions ago.
with last as (
  select coalesce((
    select s.last_id from verification_spans s
    where s.files = :files and s.reading = :reading order by s.first_id desc limit 1), 0) as id
),
settled as (
  select n.id, bool_and(age(n.xid) > age(pg_snapshot_xmin(pg_current_snapshot())::xid) or age(n.xid) < 0) over (order by n.id) as is_settled
  from (:ids) n
)
insert into verification_spans as s (files, reading, first_id, last_id, next_id, claimed_until, claimant)
select :files, :reading, l.id + 1, n.last_id, l.id + 1, now() + interval '1 minute', :claimant
from last l
cross join (select max(s.id) as last_id from settled s where s.is_settled) n
where n.last_id is not null
on conflict (files, reading, first_id) do nothing
returning :returned
-- name: ids_of_versions
select v.id, v.xmin as xid from versions v where v.id > (select l.id from last l) order by v.id limit :limit::int
-- name: ids_of_thumbnails
select t.id, t.xmin as xid from thumbnails t where t.id > (select l.id from last l) order by t.id limit :limit::int
-- name: keep
-- No row: the span is another's by now.
update verification_spans s set next_id = :next::bigint, claimed_until = now() + interval '1 minute'
where s.files = :files and s.reading = :reading and s.first_id = :first::bigint and s.claimant = :claimant
returning true as kept
-- name: release
update verification_spans s set next_id = :next::bigint, claimed_until = '-infinity'
where s.files = :files and s.reading = :reading and s.first_id = :first::bigint and s.claimant = :claimant
-- name: finish
update verification_spans s set next_id = s.first_id, verified = now(), claimed_until = '-infinity'
where s.files = :files and s.reading = :reading and s.first_id = :first::bigint and s.claimant = :claimant
-- name: count
insert into verification_hours as h (hour, reading, files, bytes)
values (date_trunc('hour', now()), :reading, :read::bigint, :bytes::bigint), ('-infinity', :reading, :read::bigint, :bytes::bigint)
on conflict (reading, hour) do update set files = h.files + excluded.files, bytes = h.bytes + excluded.bytes
-- name: forget
delete from verification_hours h where h.hour < now() - interval '8 days' and h.hour <> '-infinity'
