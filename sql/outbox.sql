-- Sending what the outbox holds: claimed for a while, published, and only then taken out. A process
-- that dies in between leaves messages that are claimed again when that while is over: at least
-- once, never lost.

-- name: claim
-- The oldest messages that are due, in order. Other processes pass over what is being claimed. The
-- pause doubles with every attempt, up to a minute, and is the claim's own time: nobody else takes
-- the message meanwhile.
update outbox o
set attempts = o.attempts + 1, next_try = now() + least(60, 15 * 2 ^ least(o.attempts, 10)) * interval '1 second'
where o.id in (select d.id from outbox d where d.next_try <= now() order by d.id limit :limit::bigint for update skip locked)
returning o.id::text as id, o.message::text as message
-- name: done
delete from outbox where id = any (:ids::bigint[])
-- name: release
-- The broker did not take them: due again after a short while, whoever tries.
update outbox set next_try = now() + interval '2 seconds' where id = any (:ids::bigint[])
