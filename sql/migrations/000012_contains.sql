-- What names are found by that contain a text.

-- The observing days in a basename: its parts of eight digits. Few frames share one, while each three
-- letters of it are in the names of many.
create function days_in_name(basename text) returns text[] language sql immutable parallel safe as $$
  select array(select part from unnest(string_to_array(basename, '-')) part where part ~ '^[0-9]{8}$')
$$;

-- Targets in the rollups (docs/rollups.md): names that contain a text are found among the names that
-- there are, rather than frame by frame; how many frames each has is a number, and its newest are
-- in an index. What was built before has none of it, and is built anew after the migrations.

create table rollup_targets (
  id integer generated always as identity primary key,
  target_name varchar(200) not null unique
);

-- How many frames a proposal has of a target.
create table rollup_target_counts (
  target integer not null,
  proposal integer not null,
  frames integer not null,
  public_frames integer not null,
  primary key (target, proposal)
) with (fillfactor = 85);

-- Forgotten until then: searches count without them. As a fold does: none is under way, and the next is
-- of the function below.
select pg_advisory_xact_lock(1886151028, 1919904876);
delete from rollup_state;
truncate rollup_frames, rollup_counts;
alter table rollup_frames add column target integer not null;

create or replace view rollup_listed as
select f.id as frame_id, f.site_id, f.telescope_id, f.instrument_id, f.primary_optical_element, f.configuration_type, f.reduction_level,
  f.proposal_id, f.observation_date, f.observation_day, coalesce(f.public_date, 'infinity') as public_date, f.target_name
from frames f
where f.observation_date is not null and exists (select from versions v where v.frame_id = f.id);

create or replace view rollup_folded as
select f.frame_id as id, f.frame_id, k.site_id, k.telescope_id, k.instrument_id, k.primary_optical_element, k.configuration_type, k.reduction_level,
  p.proposal_id, f.observation_date, f.observation_day, f.public_date, f.kind, f.proposal, t.target_name, f.target
from rollup_frames f
left join rollup_kinds k on k.id = f.kind
left join rollup_proposals p on p.id = f.proposal
left join rollup_targets t on t.id = f.target;

create or replace function queue_frames() returns trigger language plpgsql security definer set search_path from current as $$
begin
  if tg_op = 'INSERT' then
    insert into rollup_queue select a.id from after a;
  elsif tg_op = 'DELETE' then
    insert into rollup_queue select b.id from before b;
  else
    insert into rollup_queue
    select id from (
      select 'after' as side, id, site_id, telescope_id, instrument_id, primary_optical_element, configuration_type, reduction_level,
        proposal_id, target_name, observation_date, observation_day, public_date from after
      union all
      select 'before', id, site_id, telescope_id, instrument_id, primary_optical_element, configuration_type, reduction_level,
        proposal_id, target_name, observation_date, observation_day, public_date from before
    ) x
    group by id, site_id, telescope_id, instrument_id, primary_optical_element, configuration_type, reduction_level,
      proposal_id, target_name, observation_date, observation_day, public_date
    having count(*) = 1;
  end if;
  return null;
end
$$;

-- Adds differences to the counts, and to those of targets.
alter type rollup_difference add attribute target integer;
create or replace function add_to_rollups(differences rollup_difference[]) returns void language sql as $$
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
  set frames = c.frames + excluded.frames, public_frames = c.public_frames + excluded.public_frames;

  insert into rollup_target_counts as c
  select target, proposal, sum(frames), sum(public_frames)
  from unnest(differences) d
  group by target, proposal
  having sum(frames) <> 0 or sum(public_frames) <> 0
  order by target, proposal
  on conflict (target, proposal) do update
  set frames = c.frames + excluded.frames, public_frames = c.public_frames + excluded.public_frames
$$;

-- As before, with the target of each frame, and noting which spans of time have changed.
create or replace function fold_rollups(at_most integer) returns integer language plpgsql set search_path from current as $$
declare
  taken int;
  ids bigint[];
  fresh rollup_listed[];
  differences rollup_difference[];
  spans int[];
  number bigint;
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
    insert into rollup_targets (target_name) select distinct n.target_name from unnest(fresh) n
    where not exists (select from rollup_targets t where t.target_name = n.target_name);
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
      select n.frame_id, k.id as kind, p.id as proposal, n.observation_date, n.public_date, n.observation_day, t.id as target
      from unnest(fresh) n
      join rollup_kinds k on (k.site_id, k.telescope_id, k.instrument_id, k.primary_optical_element, k.configuration_type, k.reduction_level)
        = (n.site_id, n.telescope_id, n.instrument_id, n.primary_optical_element, n.configuration_type, n.reduction_level)
      join rollup_proposals p on p.proposal_id = n.proposal_id
      join rollup_targets t on t.target_name = n.target_name
    ), both_sides as (
      select -1 as sign, * from gone union all select 1, * from come
    )
    select array_agg((kind, proposal, rollup_day(observation_date), observation_day, sign,
      case when public_date < since then sign else 0 end, target)::rollup_difference),
      array(
        select distinct s.span
        from (
          select observation_date, observation_day from both_sides
          group by frame_id, kind, proposal, observation_date, public_date, observation_day
          having count(*) = 1
        ) c
        cross join lateral (values (rollup_span(c.observation_date)), (rollup_night_span(c.observation_day))) s (span)
        where s.span is not null
        order by s.span)
    into differences, spans
    from both_sides;
    perform add_to_rollups(differences);

    insert into rollup_frames (frame_id, kind, proposal, observation_date, public_date, observation_day, target)
    select n.frame_id, k.id, p.id, n.observation_date, n.public_date, n.observation_day, t.id
    from unnest(fresh) n
    join rollup_kinds k on (k.site_id, k.telescope_id, k.instrument_id, k.primary_optical_element, k.configuration_type, k.reduction_level)
      = (n.site_id, n.telescope_id, n.instrument_id, n.primary_optical_element, n.configuration_type, n.reduction_level)
    join rollup_proposals p on p.proposal_id = n.proposal_id
    join rollup_targets t on t.target_name = n.target_name;

    update rollup_state s
    set first_day = least(s.first_day, d.first), last_day = greatest(s.last_day, d.last)
    from (select min(rollup_day(n.observation_date)) as first, max(rollup_day(n.observation_date)) as last from unnest(fresh) n) d
    where d.first < s.first_day or d.last > s.last_day;

    if cardinality(spans) > 0 then
      update rollup_state set folded = nextval('rollup_fold_numbers') returning folded into number;
      insert into rollup_changes (span, folded) select span, number from unnest(spans) span
      on conflict (span) do update set folded = excluded.folded;
    end if;
  end if;

  if exists (select from rollup_frames f where f.public_date >= since and f.public_date < until) then
    perform add_to_rollups(array(
      select (f.kind, f.proposal, rollup_day(f.observation_date), f.observation_day, 0, 1, f.target)::rollup_difference
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
  foreach one in array array['rollup_targets', 'rollup_target_counts'] loop
    if (select relowner from pg_class where oid = one::regclass) <> owner then execute format('alter table %I owner to %s', one, owner); end if;
  end loop;
  if (select proowner from pg_proc where oid = 'days_in_name(text)'::regprocedure) <> owner then
    execute format('alter function days_in_name(text) owner to %s', owner);
  end if;
end
$$;
