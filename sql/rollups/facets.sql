-- The values among the frames a caller may see, each with its number of frames: rows (facet, value,
-- frames), of the same sums as count.sql, by group. :parts have another column, the facets that they
-- are for: 1 camera (site, telescope, instrument and type), 2 filter, 3 both. The row 'made' is
-- missing where the rollups are not there yet; its value says of what snapshot this is (remembered.sql).
with span as materialized (:span), part as materialized (:parts), member as materialized (
  select f.projection, array_agg(f.id) as ids
  from rollup_groups f
  where f.projection = any (:projections::int[])
    :group_filters
  group by f.projection
), cell as (
  -- sums of int, which are added up faster than those of bigint
  select p.facets, c.group_id, sum(p.frames_weight * c.frames + p.public_weight * c.public_frames)::int as frames
  from part p
  join member m using (projection)
  cross join span s
  cross join lateral (:cells) c
  group by p.facets, c.group_id
), queued as materialized (:queued), single as materialized (
  select frames, site_id, telescope_id, instrument_id, primary_optical_element, configuration_type, proposal_id from queued
  union all
  select f.frames, k.site_id, k.telescope_id, k.instrument_id, k.primary_optical_element, k.configuration_type, p.proposal_id
  from (:folded) f
  -- of few frames or none: by index
  cross join lateral (select * from rollup_kinds where id = f.kind offset 0) k
  cross join lateral (select * from rollup_proposals where id = f.proposal offset 0) p
), camera as materialized (
  select g.site_id, g.telescope_id, g.instrument_id, g.configuration_type, sum(x.frames) as frames
  from cell x
  join rollup_groups g on g.id = x.group_id
  where x.facets <> 2
  group by g.site_id, g.telescope_id, g.instrument_id, g.configuration_type
  union all
  select site_id, telescope_id, instrument_id, configuration_type, frames from single
), facet as (
  select 'sites' as facet, site_id as value, frames from camera
  union all
  select 'telescopes', telescope_id, frames from camera
  union all
  select 'instruments', instrument_id, frames from camera
  union all
  select 'obstypes', configuration_type, frames from camera
  union all
  select 'filters', g.primary_optical_element, x.frames
  from cell x
  join rollup_groups g on g.id = x.group_id
  where x.facets <> 1
  union all
  select 'filters', primary_optical_element, frames from single
  union all
  select 'proposals', p.proposal_id, x.frames
  from (:by_proposal) x
  join rollup_proposals p on p.id = x.proposal
  union all
  select 'proposals', proposal_id, frames from single
)
select facet, value, sum(frames)::float8 as frames
from facet
where value <> ''
group by facet, value
having sum(frames) > 0
union all
select 'made', (:made)::text, 1 from span s cross join rollup_state r
order by facet, value
