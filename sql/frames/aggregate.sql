-- The values among the frames a caller may see that match filters which rollups do not know, or
-- while those are being built, of at most :bound matches: rows as of rollups/facets.sql, and one
-- (matches, '', how many were looked at).

-- name: get
with match as materialized (
  select f.site_id, f.telescope_id, f.instrument_id, f.primary_optical_element, f.configuration_type, f.proposal_id
  from frames f
  where f.observation_date is not null
    and exists (select from versions v where v.frame_id = f.id)
    and :visible
    :filters
), combination as materialized (
  select site_id, telescope_id, instrument_id, primary_optical_element, configuration_type, proposal_id, count(*) as frames
  from (select * from match limit :bound::bigint) bounded
  group by site_id, telescope_id, instrument_id, primary_optical_element, configuration_type, proposal_id
)
select facet, value, sum(frames)::float8 as frames
from combination
cross join lateral (
  values ('sites', site_id), ('telescopes', telescope_id), ('instruments', instrument_id), ('filters', primary_optical_element),
    ('obstypes', configuration_type), ('proposals', proposal_id)
) x (facet, value)
where value <> ''
group by facet, value
union all
select 'matches', '', coalesce(sum(frames), 0)::float8 from combination
order by facet, value
-- name: timeout
select set_config('statement_timeout', :milliseconds::text, true)
