-- The metadata of :records, a JSON array of {basename, record}: `record` holds the columns that
-- were given, and only those.
select n.basename, n.record,
  sky_area(case jsonb_typeof(r.area)
    when 'object' then st_geomfromgeojson(r.area::text)
    when 'string' then (r.area #>> '{}')::geometry end) as area,
  r.observation_date, r.observation_day, coalesce(r.proposal_id, '') as proposal_id, coalesce(r.instrument_id, '') as instrument_id,
  coalesce(r.target_name, '') as target_name, coalesce(r.reduction_level, 0) as reduction_level, coalesce(r.site_id, '') as site_id,
  coalesce(r.telescope_id, '') as telescope_id, r.exposure_time, coalesce(r.primary_optical_element, '') as primary_optical_element,
  r.public_date, coalesce(r.configuration_type, '') as configuration_type, r.observation_id, r.request_id
from jsonb_to_recordset(:records::text::jsonb) as n (basename text, record jsonb)
cross join lateral jsonb_to_record(n.record) as r (
  area jsonb, observation_date timestamptz, observation_day date, proposal_id text, instrument_id text, target_name text,
  reduction_level smallint, site_id text, telescope_id text, exposure_time float8, primary_optical_element text, public_date timestamptz,
  configuration_type text, observation_id int, request_id int)
