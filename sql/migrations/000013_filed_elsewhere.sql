-- As in 000005_stored_files, of an id that may be of 64 bits (partitions), and by whole names: the index
-- of their letters would serve them too (frames/create.sql).
create function filed_elsewhere(version bigint) returns json language sql stable as $$
  select json_agg(coalesce(n.filed, jsonb_build_object(
    'basename', o.basename, 'site_id', o.site_id, 'instrument_id', o.instrument_id, 'observation_day', o.observation_day,
    'reduction_level', o.reduction_level, 'configuration_type', o.configuration_type)))
  from versions v
  cross join lateral (
    select n.* from frames f join versions n on n.frame_id = f.id
    where f.basename collate "C" = v.filed ->> 'basename' and n.filed is null
    union all
    select n.* from versions n where n.filed is not null and n.filed ->> 'basename' = v.filed ->> 'basename'
  ) n
  join frames o on o.id = n.frame_id
  where v.id = version and n.frame_id <> v.frame_id and n.extension = v.extension and (n.created, n.id) > (v.created, v.id)
$$;
drop function filed_elsewhere(integer);

-- The role that owns the tables, under which the archive runs, owns it as well.
do $$
declare
  owner regrole := (select relowner from pg_class where oid = 'frames'::regclass);
begin
  if owner <> to_regrole(quote_ident(current_user)) then execute format('alter function filed_elsewhere(bigint) owner to %s', owner); end if;
end
$$;
