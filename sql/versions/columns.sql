-- A version with the columns of its frame that its path is made of.
v.id, v.key, v.md5, v.extension, v.created,
v.filed::json as filed, case when v.filed is not null then filed_elsewhere(v.id) end as elsewhere, (
  select json_agg(n.filed) from versions n
  where n.frame_id = v.frame_id and n.extension = v.extension and (n.created, n.id) > (v.created, v.id)) as newer,
(:visible) is true as visible, f.basename, f.site_id, f.instrument_id, f.observation_date, f.observation_day, f.reduction_level, f.configuration_type, f.public_date
