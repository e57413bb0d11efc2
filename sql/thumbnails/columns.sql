-- A thumbnail with the columns of its frame that its path is made of.
t.id as thumbnail_id, t.size, t.basename as thumbnail_basename, t.extension, t.key, t.filed::json as filed,
f.id, f.basename, f.site_id, f.instrument_id, f.observation_date, f.observation_day, f.reduction_level, f.configuration_type, f.public_date
