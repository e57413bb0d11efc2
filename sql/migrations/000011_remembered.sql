-- When the rollups last changed, by spans of time, so that a process can tell whether an answer that
-- it made of them earlier is what it would make now: docs/rollups.md, "Remembered facets". Folds note it from 000012 on.

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
