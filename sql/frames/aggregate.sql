-- The distinct values among the frames a caller may see: one pass that keeps each combination once,
-- then a set of each column. Empty values are no values. Times are cut to the minute, the end is
-- excluded.

-- name: get
with combination as (
  select distinct f.site_id, f.telescope_id, f.primary_optical_element, f.instrument_id, f.configuration_type, f.proposal_id
  from frames f
  where f.observation_date is not null
    and exists (select from versions v where v.frame_id = f.id)
    and :visible
    :filters
)
select
  array(select distinct site_id from combination where site_id <> '' order by 1) as sites,
  array(select distinct telescope_id from combination where telescope_id <> '' order by 1) as telescopes,
  array(select distinct primary_optical_element from combination where primary_optical_element <> '' order by 1) as filters,
  array(select distinct instrument_id from combination where instrument_id <> '' order by 1) as instruments,
  array(select distinct configuration_type from combination where configuration_type <> '' order by 1) as obstypes,
  array(select distinct proposal_id from combination where proposal_id <> '' order by 1) as proposals
-- name: range
and f.observation_date >= date_trunc('minute', :start::timestamptz) and f.observation_date < date_trunc('minute', :end::timestamptz)
-- name: own
and (f.public_date is null or f.public_date > now()) and f.proposal_id = any (:proposals::text[])
-- name: not_public
and (f.public_date is null or f.public_date > now())
-- name: timeout
select set_config('statement_timeout', :milliseconds::text, true)
