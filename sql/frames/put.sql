-- Creates the frame of a basename, or updates the metadata of the one there is. Only the keys that :record (a JSON object) holds are
-- changed; on a new frame what is missing is null, or empty where the column cannot be null.
insert into frames as f (
  basename, area, observation_date, observation_day, proposal_id, instrument_id, target_name, reduction_level, site_id, telescope_id,
  exposure_time, primary_optical_element, public_date, configuration_type, observation_id, request_id, created, modified)
select
  :basename,
  (case jsonb_typeof(r.area)
    when 'object' then st_force2d(st_geomfromgeojson(r.area::text))
    when 'string' then st_force2d((r.area #>> '{}')::geometry) end)::geography,
  r.observation_date, r.observation_day, coalesce(r.proposal_id, ''), coalesce(r.instrument_id, ''), coalesce(r.target_name, ''),
  coalesce(r.reduction_level, 0), coalesce(r.site_id, ''), coalesce(r.telescope_id, ''), r.exposure_time,
  coalesce(r.primary_optical_element, ''), r.public_date, coalesce(r.configuration_type, ''), r.observation_id, r.request_id, now(), now()
from jsonb_to_record(:record::text::jsonb) as r (
  area jsonb, observation_date timestamptz, observation_day date, proposal_id text, instrument_id text, target_name text,
  reduction_level smallint, site_id text, telescope_id text, exposure_time float8, primary_optical_element text, public_date timestamptz,
  configuration_type text, observation_id int, request_id int)
on conflict (basename) do update set
  area = case when :record::text::jsonb ? 'area' then excluded.area else f.area end,
  observation_date = case when :record::text::jsonb ? 'observation_date' then excluded.observation_date else f.observation_date end,
  observation_day = case when :record::text::jsonb ? 'observation_day' then excluded.observation_day else f.observation_day end,
  proposal_id = case when :record::text::jsonb ? 'proposal_id' then excluded.proposal_id else f.proposal_id end,
  instrument_id = case when :record::text::jsonb ? 'instrument_id' then excluded.instrument_id else f.instrument_id end,
  target_name = case when :record::text::jsonb ? 'target_name' then excluded.target_name else f.target_name end,
  reduction_level = case when :record::text::jsonb ? 'reduction_level' then excluded.reduction_level else f.reduction_level end,
  site_id = case when :record::text::jsonb ? 'site_id' then excluded.site_id else f.site_id end,
  telescope_id = case when :record::text::jsonb ? 'telescope_id' then excluded.telescope_id else f.telescope_id end,
  exposure_time = case when :record::text::jsonb ? 'exposure_time' then excluded.exposure_time else f.exposure_time end,
  primary_optical_element = case when :record::text::jsonb ? 'primary_optical_element' then excluded.primary_optical_element else f.primary_optical_element end,
  public_date = case when :record::text::jsonb ? 'public_date' then excluded.public_date else f.public_date end,
  configuration_type = case when :record::text::jsonb ? 'configuration_type' then excluded.configuration_type else f.configuration_type end,
  observation_id = case when :record::text::jsonb ? 'observation_id' then excluded.observation_id else f.observation_id end,
  request_id = case when :record::text::jsonb ? 'request_id' then excluded.request_id else f.request_id end,
  modified = now()
-- a coordinate that is not a finite number is no JSON: such an area fails here, not in every list it would be on
returning f.id, case when :record::text::jsonb ? 'area' then st_asgeojson(f.area)::json end as area
