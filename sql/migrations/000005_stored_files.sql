-- What became of stored files is kept: where each was put, in which order, and which are still to
-- be removed. Catalogue changes only. All of it is in triggers where the old server of an adopted
-- archive writes too.
lock table frames, versions, thumbnails in access exclusive mode;

alter table versions add column filed jsonb;
alter table thumbnails add column filed jsonb;
comment on column versions.filed is
  'the columns of the frame that the path of this file was made of, once they have changed; null: those that the frame has now';
comment on column thumbnails.filed is
  'the columns of the frame that the path of this file was made of, once they have changed; null: those that the frame has now';

-- A file stays where it was put when its frame gets another site, day, level, … The path itself is
-- made by the program, from these columns. Security definer: the old server's role may not know of
-- the tables.
create function keep_filing() returns trigger language plpgsql security definer set search_path from current as $$
declare
  filing jsonb := jsonb_build_object(
    'basename', old.basename, 'site_id', old.site_id, 'instrument_id', old.instrument_id, 'observation_day', old.observation_day,
    'reduction_level', old.reduction_level, 'configuration_type', old.configuration_type);
begin
  update versions set filed = filing where frame_id = old.id and filed is null;
  update thumbnails set filed = filing where frame_id = old.id and filed is null;
  return null;
end
$$;
create trigger keep_filing after update on frames for each row
  when ((old.basename, old.site_id, old.instrument_id, old.observation_day, old.reduction_level, old.configuration_type)
    is distinct from (new.basename, new.site_id, new.instrument_id, new.observation_day, new.reduction_level, new.configuration_type))
  execute function keep_filing();

-- A thumbnail that gets another file is stored under what its frame says then; one that gets
-- another name or frame stays where it was.
create function refile_thumbnail() returns trigger language plpgsql security definer set search_path from current as $$
begin
  if (new.key, new.extension) is distinct from (old.key, old.extension) then
    new.filed := null;
  else
    new.filed := coalesce(old.filed, (
      select jsonb_build_object('site_id', f.site_id, 'instrument_id', f.instrument_id, 'observation_day', f.observation_day)
      from frames f where f.id = old.frame_id)) || jsonb_build_object('name', coalesce(old.filed ->> 'name', old.basename || old.extension));
  end if;
  return new;
end
$$;
create trigger refile_thumbnail before update on thumbnails for each row
  when ((old.basename, old.extension, old.frame_id, old.key) is distinct from (new.basename, new.extension, new.frame_id, new.key))
  execute function refile_thumbnail();

-- The newest version of a frame is the one that was added last, whatever the clocks of the servers
-- say: what would be older than one that is there is moved behind it. Those that are added together
-- keep their order. The lock comes first: what others have added is then seen.
create function order_versions() returns trigger language plpgsql security definer set search_path from current as $$
begin
  perform from frames f where f.id in (select a.frame_id from added a) order by f.basename for no key update of f;
  update versions v
  set created = v.created + (late.newest - late.first + interval '1 microsecond')
  from (
    select a.frame_id, min(a.created) as first, (
      select max(o.created) from versions o where o.frame_id = a.frame_id and not exists (select from added b where b.id = o.id)) as newest
    from added a
    group by a.frame_id
    -- most have no other
    having count(*) < (select count(*) from versions o where o.frame_id = a.frame_id)
  ) late
  where v.frame_id = late.frame_id and late.newest >= late.first and exists (select from added a where a.id = v.id);
  return null;
end
$$;
create trigger order_versions after insert on versions referencing new table as added for each statement execute function order_versions();

-- What later versions of other frames are filed under that have had the name which this version is
-- filed under: one of them may have taken its place in a directory. For versions whose frame has
-- changed.
create function filed_elsewhere(version integer) returns json language sql stable as $$
  select json_agg(coalesce(n.filed, jsonb_build_object(
    'basename', o.basename, 'site_id', o.site_id, 'instrument_id', o.instrument_id, 'observation_day', o.observation_day,
    'reduction_level', o.reduction_level, 'configuration_type', o.configuration_type)))
  from versions v
  cross join lateral (
    select n.* from frames f join versions n on n.frame_id = f.id where f.basename = v.filed ->> 'basename' and n.filed is null
    union all
    select n.* from versions n where n.filed is not null and n.filed ->> 'basename' = v.filed ->> 'basename'
  ) n
  join frames o on o.id = n.frame_id
  where v.id = version and n.frame_id <> v.frame_id and n.extension = v.extension and (n.created, n.id) > (v.created, v.id)
$$;

-- Stored files that no row names any more, until the store has removed them. newest: the file may
-- lie at the plain path of a directory.
create table removals (
  id bigint generated by default as identity primary key,
  path text not null,
  key text not null,
  newest boolean not null,
  created timestamptz not null default now(),
  attempts integer not null default 0,
  next_try timestamptz not null default now()
);
create index removals_next_try on removals (next_try, id);

-- Sequences that would give a number that their column has already, as after rows were copied in
-- with their ids; those that this role may mend.
create function sequences_behind() returns table (sequence text, relation text, field text) language plpgsql as $$
declare
  one record;
  next_value bigint;
  highest bigint;
begin
  for one in
    -- owned by their column (identity, serial), or read by its default
    select distinct s.oid::regclass as sequence, c.oid::regclass as relation, a.attname as field, q.seqincrement, q.seqmax
    from pg_class c
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    left join pg_attrdef e on e.adrelid = c.oid and e.adnum = a.attnum
    join pg_depend d on d.refclassid = 'pg_class'::regclass and d.classid in ('pg_class'::regclass, 'pg_attrdef'::regclass)
      and (d.classid = 'pg_class'::regclass and d.refobjid = c.oid and d.refobjsubid = a.attnum and d.deptype in ('a', 'i')
        or d.classid = 'pg_attrdef'::regclass and d.objid = e.oid)
    join pg_class s on s.relkind = 'S' and s.oid = case when d.classid = 'pg_class'::regclass then d.objid else d.refobjid end
    join pg_sequence q on q.seqrelid = s.oid and q.seqincrement > 0
    where c.relkind = 'r' and c.relnamespace = current_schema()::regnamespace and a.atttypid in ('int2'::regtype, 'int4'::regtype, 'int8'::regtype)
      and pg_has_role(c.relowner, 'usage') and pg_has_role(s.relowner, 'usage')
  loop
    execute format('select last_value + case when is_called then %s else 0 end from %s', one.seqincrement, one.sequence) into next_value;
    execute format('select max(%I) from %s', one.field, one.relation) into highest;
    if next_value <= highest and highest < one.seqmax then
      sequence := one.sequence;
      relation := one.relation;
      field := one.field;
      return next;
    end if;
  end loop;
end
$$;

-- Puts a sequence behind the highest number of its column, and answers the next one that it gives.
-- Whoever has drawn from it and not ended is waited for, and nobody draws meanwhile, so that no
-- number is given twice; for half a second at a time, since others queue behind. null: it was not
-- had in that time.
create function mend_sequence(sequence text, relation text, field text) returns bigint language plpgsql as $$
declare
  mended bigint;
begin
  perform set_config('lock_timeout', '500ms', true);
  execute format('alter sequence %s no cycle', sequence::regclass);
  execute format(
    'select setval(%L, greatest((select max(%I) from %s), last_value)) + increment from %s, (select seqincrement as increment from pg_sequence where seqrelid = %L::regclass) q',
    sequence, field, relation::regclass, sequence::regclass, sequence) into mended;
  return mended;
exception when lock_not_available then
  return null;
end
$$;

-- The role that owns the tables, under which the archive runs, owns these as well.
do $$
declare
  owner regrole := (select relowner from pg_class where oid = 'frames'::regclass);
begin
  if (select relowner from pg_class where oid = 'removals'::regclass) <> owner then
    execute format('alter table removals owner to %s', owner);
    execute format('alter function keep_filing() owner to %s', owner);
    execute format('alter function refile_thumbnail() owner to %s', owner);
    execute format('alter function order_versions() owner to %s', owner);
    execute format('alter function filed_elsewhere(integer) owner to %s', owner);
    execute format('alter function sequences_behind() owner to %s', owner);
    execute format('alter function mend_sequence(text, text, text) owner to %s', owner);
  end if;
end
$$;
