-- Sending what the outbox holds: claimed for a while, published, and only then taken out. A process
-- that dies in between leaves messages that are claimed again when that while is over: at least
-- once, never lost. The states of a message are in docs/operating.md, "Messages: the outbox".

-- name: claim
-- The oldest messages that are due, of each frame the first that waits and no other: one is never
-- sent before those that came before it are out of the table, whoever sends them. Other processes pass over what is being
-- claimed, and have a minute in which it is not due for them. `bytes` bounds what one batch takes of memory.
-- The first of a frame is looked up row by row, in the order of the index, until there are enough: written as a
-- join, or with an equality that seems to hold for few, it is done for the whole table before anything is known of it.
with due as materialized (
  select d.id, d.next_try, pg_column_size(d.message) as size
  from outbox d
  where d.next_try <= now()
    and d.id <= coalesce((select min(e.id) from outbox e where e.frame_id = d.frame_id and e.dead is null), d.id)
  order by d.next_try, d.id
  limit :limit::bigint
  for update skip locked
)
update outbox o
set attempts = o.attempts + 1, claimed = now(), next_try = now() + interval '1 minute'
where o.id in (
  select s.id from (select id, sum(size) over (order by next_try, id) - size as before from due) s where s.before < :bytes::bigint)
returning o.id::text as id, o.message::text as message, extract(epoch from o.created)::float8 as created,
  o.refused is not null or o.attempts > 3 as suspect
-- name: done
delete from outbox where id = any (:ids::bigint[])
-- name: release
-- The broker is away, which is no fault of theirs: due again, in their old place.
update outbox set attempts = greatest(attempts - 1, 0), claimed = null, next_try = created where id = any (:ids::bigint[])
-- name: refuse
-- The broker did not take them. A pause that doubles up to an hour, less up to half of it by chance.
-- The day after which one is a dead letter begins when the broker first took others but not this one
-- (`blame` is message), and anew after it took nothing at all (broker); otherwise it goes on if it has begun (unknown).
update outbox o
set claimed = null,
  error = r.error,
  refused = n.refused,
  dead = n.dead,
  next_try = case when n.dead is null
    then now() + (0.5 + random() / 2) * least(3600, 2 ^ least(o.attempts, 12)) * interval '1 second' else 'infinity' end
from unnest(:ids::bigint[], :errors::text[], :blames::text[]) as r (id, error, blame)
join outbox b on b.id = r.id
cross join lateral (select case r.blame when 'message' then coalesce(b.refused, now()) when 'unknown' then b.refused end as refused) f
cross join lateral (select f.refused, case when f.refused <= now() - interval '1 day' then now() end as dead) n
where o.id = r.id
returning o.id::text as id, o.frame_id::text as frame, o.message ->> 'basename' as basename, o.error, o.dead is not null as dead,
  o.refused = now() as first
-- name: named
-- Messages by their ids; not those that a process is sending at this moment.
o.id = any (:ids::bigint[]) and (o.claimed is null or o.claimed < now() - interval '1 minute')
-- name: dead
o.dead is not null
-- name: held_up
-- Whatever is not due now: dead letters, and what was refused and waits for its next try.
(o.dead is not null or o.next_try > now()) and (o.claimed is null or o.claimed < now() - interval '1 minute')
-- name: list_dead
select :columns from outbox o where o.dead is not null order by o.dead, o.id limit :limit::bigint
-- name: list_waiting
select :columns from outbox o where o.dead is null order by o.next_try, o.id limit :limit::bigint
-- name: columns
o.id::text as id,
case when o.dead is not null then 'dead' when o.refused is not null then 'refused' else 'waiting' end as state,
o.frame_id::text as frame, o.message ->> 'basename' as basename, o.attempts,
to_char(o.created at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as created,
case when o.dead is null then to_char(o.next_try at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') end as next_try,
to_char(o.refused at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as refused_since, o.error
-- name: count
select count(*) filter (where dead is null)::int as waiting, count(dead)::int as dead,
  to_char(min(created) filter (where dead is null) at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as oldest
from outbox
-- name: ids
select o.id::text as id from outbox o where :which order by o.id
-- name: retry
-- Due now and in their old place, as if they had never been refused.
update outbox o set dead = null, refused = null, claimed = null, attempts = 0, next_try = o.created where :which
-- name: drop
delete from outbox o where :which returning :columns, o.message::text as message
