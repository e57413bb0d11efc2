-- New partitions, at first and later.

-- name: function
-- Adds the partition of a span of time, and moves there what the default partition has of it; gives
-- how many frames that were. They only change their place: no trigger sees them.
create function add_frames_partition(starts timestamptz, ends timestamptz) returns bigint language plpgsql as $$
declare
  name text := 'frames_' || to_char(starts at time zone 'UTC',
    case when ends > starts + interval '32 days' then 'YYYY' else 'YYYY_MM' end);
  owner regrole := (select relowner from pg_class where oid = 'frames'::regclass);
  moved bigint;
begin
  execute format('create table %I (like frames including constraints including storage)', name);
  execute format('with moved as (delete from frames_default where observation_date >= %L and observation_date < %L returning *) insert into %I select * from moved',
    starts, ends, name);
  get diagnostics moved = row_count;
  execute format('alter table frames attach partition %I for values from (%L) to (%L)', name, starts, ends);
  if owner <> to_regrole(quote_ident(current_user)) then execute format('alter table %I owner to %s', name, owner); end if;
  return moved;
end
$$
-- name: lock
lock table rollup_listed in access exclusive mode
-- name: add
select add_frames_partition(:starts::timestamptz, :ends::timestamptz)::float8 as moved
-- name: analyze
-- Partitions are analysed by autovacuum, but never the whole.
analyze frames
-- name: forget_empty
-- An empty partition that was analysed has no pages to the planner, whose plans, kept by connections,
-- read all of it until autovacuum comes by, however fast it fills. Of one that never was analysed it
-- expects some: what TRUNCATE makes of it. Nobody can write between the look and that.
do $$
declare
  part regclass;
  is_empty boolean;
begin
  for part in
    select c.oid from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'frames'::regclass and c.reltuples = 0
    order by c.oid
  loop
    execute format('lock table %s in access exclusive mode', part);
    execute format('select not exists (select from %s)', part) into is_empty;
    if is_empty then execute format('truncate %s', part); end if;
  end loop;
end
$$
