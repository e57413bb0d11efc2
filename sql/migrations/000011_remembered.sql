-- When the rollups last changed, by spans of time, so that a process can tell whether an answer that
-- it made of them earlier is what it would make now: docs/rollups.md, "Remembered facets".

-- As a fold does: none is under way, and the next is of the function below.
select pg_advisory_xact_lock(1886151028, 1919904876);

-- Numbers of folds and of builds, of which a later one has a higher one. A sequence, which neither a
-- rebuild nor a clock that is set back takes back.
create sequence rollup_fold_numbers;
alter table rollup_state
  add column built bigint not null default nextval('rollup_fold_numbers'),
  add column folded bigint not null default nextval('rollup_fold_numbers');
comment on column rollup_state.built is 'what was remembered before has a lower number';
comment on column rollup_state.folded is 'the number of the last fold after which frames were folded otherwise';

-- Spans of 64 days: of times from 0 up, of nights (observation_day, which need not be near) from -1 down.
create function rollup_span(at timestamptz) returns integer language sql immutable parallel safe as $$ select rollup_day(at) >> 6 $$;
create function rollup_night_span(night date) returns integer language sql immutable parallel safe as $$
  select -1 - (rollup_night(night) >> 6)
$$;

create table rollup_changes (
  span integer primary key,
  folded bigint not null
) with (fillfactor = 50);
comment on table rollup_changes is 'the last fold after which frames of a span were folded otherwise; those that are not here have not changed since they were built, or since there is this table';

-- Brings the rollups up to date with at most so many entries of the queue, and with what has become
-- public. How many entries it took; null: another process is folding, or nothing is built yet.
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
    select array_agg((kind, proposal, rollup_day(observation_date), observation_day, sign, case when public_date < since then sign else 0 end)::rollup_difference),
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

    if cardinality(spans) > 0 then
      update rollup_state set folded = nextval('rollup_fold_numbers') returning folded into number;
      insert into rollup_changes (span, folded) select span, number from unnest(spans) span
      on conflict (span) do update set folded = excluded.folded;
    end if;
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
  if (select relowner from pg_class where oid = 'rollup_changes'::regclass) <> owner then
    execute format('alter table rollup_changes owner to %s', owner);
    execute format('alter sequence rollup_fold_numbers owner to %s', owner);
    foreach one in array array['rollup_span(timestamptz)', 'rollup_night_span(date)'] loop
      execute format('alter function %s owner to %s', one, owner);
    end loop;
  end if;
end
$$;
