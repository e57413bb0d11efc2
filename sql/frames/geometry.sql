-- What a search has to know of a geometry that it was given. Errors say that it is none.

-- name: text
:value::text::geometry
-- name: geojson
st_geomfromgeojson(:value::text)
-- name: read
-- :pieces are null unless the geometry is too wide for PostGIS; then those of one without a ring
-- that crosses itself (else none).
select
  g.region::text as region,
  st_dimension(g.shape) = 0 as is_points,
  st_npoints(g.shape) as positions,
  st_astext(g.shape) !~* 'nan|inf' as is_finite,
  coalesce(st_ymin(g.shape) < -90 or st_ymax(g.shape) > 90, false) as is_beyond_poles,
  g.is_wide,
  case when g.is_wide then sky_pieces(g.region)::text[] end as pieces
from (
  select s.shape, s.shape::geography as region, st_dimension(s.shape) = 2 and sky_is_wide(s.shape::geography) as is_wide
  from (select st_force2d(:geometry) as shape) s
) g
