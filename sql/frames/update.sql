-- name: change
-- Updates the metadata of frames that are there and locked. Only the keys that `record` holds are
-- changed. `modified` is the clock and not the start of the transaction, which may have waited for
-- another one that wrote later.
update frames f set
  area = case when g.record ? 'area' then g.area else f.area end,
  observation_date = case when g.record ? 'observation_date' then g.observation_date else f.observation_date end,
  observation_day = case when g.record ? 'observation_day' then g.observation_day else f.observation_day end,
  proposal_id = case when g.record ? 'proposal_id' then g.proposal_id else f.proposal_id end,
  instrument_id = case when g.record ? 'instrument_id' then g.instrument_id else f.instrument_id end,
  target_name = case when g.record ? 'target_name' then g.target_name else f.target_name end,
  reduction_level = case when g.record ? 'reduction_level' then g.reduction_level else f.reduction_level end,
  site_id = case when g.record ? 'site_id' then g.site_id else f.site_id end,
  telescope_id = case when g.record ? 'telescope_id' then g.telescope_id else f.telescope_id end,
  exposure_time = case when g.record ? 'exposure_time' then g.exposure_time else f.exposure_time end,
  primary_optical_element = case when g.record ? 'primary_optical_element' then g.primary_optical_element else f.primary_optical_element end,
  public_date = case when g.record ? 'public_date' then g.public_date else f.public_date end,
  configuration_type = case when g.record ? 'configuration_type' then g.configuration_type else f.configuration_type end,
  observation_id = case when g.record ? 'observation_id' then g.observation_id else f.observation_id end,
  request_id = case when g.record ? 'request_id' then g.request_id else f.request_id end,
  modified = clock_timestamp()
from (:given) g
where f.basename collate "C" = g.basename
returning f.id, case when g.record ? 'area' then st_asgeojson(f.area)::json end as area
-- name: named
-- The id of the frame of a basename, for writers: no visibility applies.
select f.id from frames f where f.basename collate "C" = :basename
-- name: rename
-- Gives a frame another basename, or its own again; locks it for what follows. No row: no such
-- frame.
update frames f set basename = coalesce(:basename, f.basename) where f.id = :id::bigint returning f.basename
