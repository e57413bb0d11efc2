-- Counts of frames, kept beside them, so that a list's count and its facets cost a few rows however
-- many frames there are: docs/rollups.md. Only changed ids are written with a frame; a fold (any
-- process, some times a second) brings the rollups up to date, and whoever counts adds what is not
-- folded yet. Catalogue changes only; the rollups are built after the migrations.

-- Frames that have changed since the last fold; an id may stand here more than once.
create table rollup_queue (
  frame_id bigint not null
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000, autovacuum_vacuum_cost_delay = 0);

-- One row once the rollups are built.
create table rollup_state (
  is_built boolean primary key default true check (is_built),
  public_until timestamptz not null,
  first_day integer not null,
  last_day integer not null
);
comment on column rollup_state.public_until is 'what has a public_date before this is counted as public';
comment on column rollup_state.first_day is 'see rollup_day; no folded frame was observed before; likewise last_day, after';

-- What counts tell apart. A group holds the frames of one combination of the values that its
-- projection names: 0 none, 1 type and level, 2 site, type and level, 3 filter, type and level,
-- 4 site, telescope, instrument, type and level, 5 all six. Its number begins with the projection,
-- so that the groups of one stand together in an index.
create sequence rollup_group_numbers as integer;
create table rollup_groups (
  id integer primary key,
  projection smallint not null,
  site_id varchar(3),
  telescope_id varchar(4),
  instrument_id varchar(64),
  primary_optical_element varchar(100),
  configuration_type varchar(20),
  reduction_level smallint
);
create index rollup_groups_projection on rollup_groups (projection, instrument_id, site_id);

-- A kind is a combination of all six, with its groups by projection.
create table rollup_kinds (
  id integer generated always as identity primary key,
  site_id varchar(3) not null,
  telescope_id varchar(4) not null,
  instrument_id varchar(64) not null,
  primary_optical_element varchar(100) not null,
  configuration_type varchar(20) not null,
  reduction_level smallint not null,
  groups integer[],
  unique (site_id, telescope_id, instrument_id, primary_optical_element, configuration_type, reduction_level)
);

create table rollup_proposals (
  id integer generated always as identity primary key,
  proposal_id varchar(200) not null unique
);

-- Each listed frame as it was folded.
create table rollup_frames (
  frame_id bigint not null,
  kind integer not null,
  proposal integer not null,
  observation_date timestamptz not null,
  public_date timestamptz not null,
  observation_day date,
  primary key (frame_id)
);
comment on column rollup_frames.public_date is 'infinity: never public';

-- How many frames a group has in a span of time (see rollup_buckets), of one proposal or of all
-- (proposal 0). Single proposals have projections 0, 1, 2 and 5.
create table rollup_counts (
  proposal integer not null,
  bucket integer not null,
  group_id integer not null,
  frames integer not null,
  public_frames integer not null,
  primary key (proposal, bucket, group_id)
) with (fillfactor = 85);

-- The number of a UTC day: MJD, from 0 (1858-11-17, and all before) to 98303 (2128-01-09, and all
-- after). A night (observation_day) beyond has none.
create function rollup_day(at timestamptz) returns integer language sql immutable parallel safe as $$
  select case when at < '1858-11-18 00:00+00' then 0 when at >= '2128-01-09 00:00+00' then 98303
    else (at at time zone 'UTC')::date - date '1858-11-17' end
$$;
create function start_of_rollup_day(day integer) returns timestamptz language sql immutable parallel safe as $$
  select (date '1858-11-17' + day)::timestamp at time zone 'UTC'
$$;
create function rollup_night(night date) returns integer language sql immutable parallel safe as $$
  select case when night >= '1858-11-17' and night <= '2128-01-09' then night - date '1858-11-17' end
$$;

-- Spans of 1, 8, 64, 512, 4096 and 32768 days (levels 0 to 5), each a bucket with the number of the
-- span and its level in the bits above; level 6 is nights (observation_day).
create function rollup_bucket(day integer, level integer) returns integer language sql immutable parallel safe as $$
  select (level << 28) + (day >> (case level when 6 then 0 else 3 * level end))
$$;

-- The buckets that make up the days from the first up to, not including, the second: some thirty.
create function rollup_buckets(from_day integer, to_day integer) returns integer[] language plpgsql immutable parallel safe as $$
declare
  buckets int[] := '{}';
  day int := from_day;
  level int;
begin
  while day < to_day loop
    level := 0;
    while level < 5 and day & ((8 << 3 * level) - 1) = 0 and day <= to_day - (8 << 3 * level) loop level := level + 1; end loop;
    buckets := buckets || rollup_bucket(day, level);
    day := day + (1 << 3 * level);
  end loop;
  return buckets;
end
$$;

-- The frames that lists may show, with what rollups are made of.
create view rollup_listed as
select f.id as frame_id, f.site_id, f.telescope_id, f.instrument_id, f.primary_optical_element, f.configuration_type, f.reduction_level,
  f.proposal_id, f.observation_date, f.observation_day, coalesce(f.public_date, 'infinity') as public_date
from frames f
where f.observation_date is not null and exists (select from versions v where v.frame_id = f.id);

-- The same as folded, under the names of the columns of frames.
create view rollup_folded as
select f.frame_id as id, f.frame_id, k.site_id, k.telescope_id, k.instrument_id, k.primary_optical_element, k.configuration_type, k.reduction_level,
  p.proposal_id, f.observation_date, f.observation_day, f.public_date, f.kind, f.proposal
from rollup_frames f
left join rollup_kinds k on k.id = f.kind
left join rollup_proposals p on p.id = f.proposal;

-- Gives new kinds their groups.
create function group_rollup_kinds() returns void language sql as $$
  with made as (
    select distinct projection, case when projection in (2, 4, 5) then site_id end as site_id,
      case when projection in (4, 5) then telescope_id end as telescope_id, case when projection in (4, 5) then instrument_id end as instrument_id,
      case when projection in (3, 5) then primary_optical_element end as primary_optical_element,
      case when projection > 0 then configuration_type end as configuration_type,
      case when projection > 0 then reduction_level end as reduction_level
    from rollup_kinds
    cross join generate_series(0, 5) as projection
    where groups is null
  )
  insert into rollup_groups
  select (m.projection << 26) + nextval('rollup_group_numbers')::int, m.*
  from made m
  where not exists (
    select from rollup_groups g
    where g.projection = m.projection
      and (g.site_id, g.telescope_id, g.instrument_id, g.primary_optical_element, g.configuration_type, g.reduction_level)
        is not distinct from (m.site_id, m.telescope_id, m.instrument_id, m.primary_optical_element, m.configuration_type, m.reduction_level));

  update rollup_kinds k
  set groups = array(
    select g.id from rollup_groups g
    where g.projection in (0, 1, 2, 3, 4, 5)
      and (g.projection not in (2, 4, 5) or g.site_id = k.site_id)
      and (g.projection not in (4, 5) or (g.telescope_id = k.telescope_id and g.instrument_id = k.instrument_id))
      and (g.projection not in (3, 5) or g.primary_optical_element = k.primary_optical_element)
      and (g.projection = 0 or (g.configuration_type = k.configuration_type and g.reduction_level = k.reduction_level))
    order by g.projection)
  where groups is null;
$$;

-- The triggers that note what has changed. Only ids are written: two writers never wait for each
-- other here. Security definer: the old server's role may not know of the tables.
create function queue_frames() returns trigger language plpgsql security definer set search_path from current as $$
begin
  if tg_op = 'INSERT' then
    insert into rollup_queue select a.id from after a;
  elsif tg_op = 'DELETE' then
    insert into rollup_queue select b.id from before b;
  else
    insert into rollup_queue
    select id from (
      select 'after' as side, id, site_id, telescope_id, instrument_id, primary_optical_element, configuration_type, reduction_level,
        proposal_id, observation_date, observation_day, public_date from after
      union all
      select 'before', id, site_id, telescope_id, instrument_id, primary_optical_element, configuration_type, reduction_level,
        proposal_id, observation_date, observation_day, public_date from before
    ) x
    group by id, site_id, telescope_id, instrument_id, primary_optical_element, configuration_type, reduction_level,
      proposal_id, observation_date, observation_day, public_date
    having count(*) = 1;
  end if;
  return null;
end
$$;
create trigger rollup_insert after insert on frames referencing new table as after for each statement execute function queue_frames();
create trigger rollup_delete after delete on frames referencing old table as before for each statement execute function queue_frames();
create trigger rollup_update after update on frames referencing old table as before new table as after
  for each statement execute function queue_frames();

-- A version decides whether its frame is listed at all.
create function queue_versions() returns trigger language plpgsql security definer set search_path from current as $$
begin
  if tg_op = 'INSERT' then
    insert into rollup_queue select distinct a.frame_id from after a;
  elsif tg_op = 'DELETE' then
    insert into rollup_queue select distinct b.frame_id from before b;
  else
    insert into rollup_queue
    select unnest(array[b.frame_id, a.frame_id]) from before b join after a using (id) where a.frame_id <> b.frame_id;
  end if;
  return null;
end
$$;
create trigger rollup_insert after insert on versions referencing new table as after for each statement execute function queue_versions();
create trigger rollup_delete after delete on versions referencing old table as before for each statement execute function queue_versions();
create trigger rollup_update after update on versions referencing old table as before new table as after
  for each statement execute function queue_versions();

create function queue_all_folded() returns trigger language plpgsql security definer set search_path from current as $$
begin
  insert into rollup_queue select f.frame_id from rollup_frames f;
  return null;
end
$$;
create trigger rollup_truncate after truncate on frames for each statement execute function queue_all_folded();
create trigger rollup_truncate after truncate on versions for each statement execute function queue_all_folded();

-- Adds differences to the counts.
create type rollup_difference as (kind integer, proposal integer, day integer, night date, frames integer, public_frames integer);
create function add_to_rollups(differences rollup_difference[]) returns void language sql as $$
  with part as (
    select kind, proposal, day, night, sum(frames) as frames, sum(public_frames) as public_frames
    from unnest(differences) d
    group by kind, proposal, day, night
    having sum(frames) <> 0 or sum(public_frames) <> 0
  )
  insert into rollup_counts as c
  select whose.proposal, b.bucket, g.id, sum(p.frames), sum(p.public_frames)
  from part p
  join rollup_kinds k on k.id = p.kind
  cross join lateral unnest(k.groups) with ordinality as g (id, place)
  cross join lateral (values (0), (p.proposal)) as whose (proposal)
  cross join lateral (
    select rollup_bucket(p.day, level) from generate_series(0, 5) as level
    union all
    select rollup_bucket(rollup_night(p.night), 6)
  ) as b (bucket)
  where b.bucket is not null and (whose.proposal = 0 or g.place not in (4, 5))
  group by whose.proposal, b.bucket, g.id
  order by whose.proposal, b.bucket, g.id
  on conflict (proposal, bucket, group_id) do update
  set frames = c.frames + excluded.frames, public_frames = c.public_frames + excluded.public_frames
$$;

-- Brings the rollups up to date with at most so many entries of the queue, and with what has become
-- public. How many entries it took; null: another process is folding, or nothing is built yet.
create function fold_rollups(at_most integer) returns integer language plpgsql set search_path from current as $$
declare
  taken int;
  ids bigint[];
  fresh rollup_listed[];
  differences rollup_difference[];
  since timestamptz;
  until timestamptz := now();
begin
  -- "plat" and "roll" in ASCII
  if not pg_try_advisory_xact_lock(1886151028, 1919904876) then return null; end if;
  select public_until into since from rollup_state for update;
  if not found then return null; end if;
  -- a server whose clock is behind takes nothing back
  until := greatest(since, until);

  with gone as (
    delete from rollup_queue where ctid = any (array(select q.ctid from rollup_queue q limit at_most)) returning frame_id
  )
  select count(*), coalesce(array_agg(distinct frame_id), '{}') into taken, ids from gone;

  if taken > 0 then
    fresh := array(select l from rollup_listed l where l.frame_id = any (ids));
    insert into rollup_proposals (proposal_id) select distinct n.proposal_id from unnest(fresh) n
    where not exists (select from rollup_proposals p where p.proposal_id = n.proposal_id);
    insert into rollup_kinds (site_id, telescope_id, instrument_id, primary_optical_element, configuration_type, reduction_level)
    select distinct n.site_id, n.telescope_id, n.instrument_id, n.primary_optical_element, n.configuration_type, n.reduction_level
    from unnest(fresh) n
    where not exists (
      select from rollup_kinds k
      where (k.site_id, k.telescope_id, k.instrument_id, k.primary_optical_element, k.configuration_type, k.reduction_level)
        = (n.site_id, n.telescope_id, n.instrument_id, n.primary_optical_element, n.configuration_type, n.reduction_level));
    if found then perform group_rollup_kinds(); end if;

    with gone as (
      delete from rollup_frames f where f.frame_id = any (ids) returning f.*
    ), come as (
      select n.frame_id, k.id as kind, p.id as proposal, n.observation_date, n.public_date, n.observation_day
      from unnest(fresh) n
      join rollup_kinds k on (k.site_id, k.telescope_id, k.instrument_id, k.primary_optical_element, k.configuration_type, k.reduction_level)
        = (n.site_id, n.telescope_id, n.instrument_id, n.primary_optical_element, n.configuration_type, n.reduction_level)
      join rollup_proposals p on p.proposal_id = n.proposal_id
    ), both_sides as (
      select -1 as sign, * from gone union all select 1, * from come
    )
    select array_agg((kind, proposal, rollup_day(observation_date), observation_day, sign, case when public_date < since then sign else 0 end)::rollup_difference)
    into differences
    from both_sides;
    perform add_to_rollups(differences);

    insert into rollup_frames (frame_id, kind, proposal, observation_date, public_date, observation_day)
    select n.frame_id, k.id, p.id, n.observation_date, n.public_date, n.observation_day
    from unnest(fresh) n
    join rollup_kinds k on (k.site_id, k.telescope_id, k.instrument_id, k.primary_optical_element, k.configuration_type, k.reduction_level)
      = (n.site_id, n.telescope_id, n.instrument_id, n.primary_optical_element, n.configuration_type, n.reduction_level)
    join rollup_proposals p on p.proposal_id = n.proposal_id;

    update rollup_state s
    set first_day = least(s.first_day, d.first), last_day = greatest(s.last_day, d.last)
    from (select min(rollup_day(n.observation_date)) as first, max(rollup_day(n.observation_date)) as last from unnest(fresh) n) d
    where d.first < s.first_day or d.last > s.last_day;
  end if;

  if exists (select from rollup_frames f where f.public_date >= since and f.public_date < until) then
    perform add_to_rollups(array(
      select (f.kind, f.proposal, rollup_day(f.observation_date), f.observation_day, 0, 1)::rollup_difference
      from rollup_frames f
      where f.public_date >= since and f.public_date < until));
    update rollup_state set public_until = until;
  end if;
  return taken;
end
$$;

-- The role that owns the tables, under which the archive runs, owns these as well.
do $$
declare
  one text;
  owner regrole := (select relowner from pg_class where oid = 'frames'::regclass);
begin
  if (select relowner from pg_class where oid = 'rollup_queue'::regclass) <> owner then
    foreach one in array array['rollup_queue', 'rollup_state', 'rollup_groups', 'rollup_kinds', 'rollup_proposals', 'rollup_frames',
      'rollup_counts', 'rollup_listed', 'rollup_folded'] loop
      execute format('alter table %I owner to %s', one, owner);
    end loop;
    execute format('alter sequence rollup_group_numbers owner to %s', owner);
    execute format('alter type rollup_difference owner to %s', owner);
    foreach one in array array['rollup_day(timestamptz)', 'start_of_rollup_day(integer)', 'rollup_night(date)', 'rollup_bucket(integer, integer)',
      'rollup_buckets(integer, integer)', 'group_rollup_kinds()', 'queue_frames()', 'queue_versions()', 'queue_all_folded()',
      'add_to_rollups(rollup_difference[])', 'fold_rollups(integer)'] loop
      execute format('alter function %s owner to %s', one, owner);
    end loop;
  end if;
end
$$;
