-- What a search has to know of a geometry that it was given. Errors say that it is none.

-- name: text
:value::text::geometry
-- name: geojson
st_geomfromgeojson(:value::text)
-- name: place
-- A place that the planner does not look at: for a known one it would make a plan each time, which
-- takes longer than the small search that it is for.
(select :place::text::geography)
-- name: planned_place
:place::text::geography
-- name: read
-- :pieces are null unless the geometry is too wide for PostGIS; then those of one without a ring
-- that crosses itself (else none). The circles about `centre` (the mean of the corners) are in
-- metres on PostGIS's sphere: all of the geometry is within `outer` (null: more than a quarter of
-- the way round, where corners say nothing of edges), and all within `inner` is in it (null: not
-- known). `parts` are those of a geometry that has several. `one` and `other` are corners far from each other. All are null of what is empty and of
-- kinds that are seldom sent, some of which end the server process that takes them apart.
select
  g.region::text as region,
  st_dimension(g.shape) = 0 as is_points,
  st_npoints(g.shape) as positions,
  g.is_finite,
  coalesce(st_ymin(g.shape) < -90 or st_ymax(g.shape) > 90, false) as is_beyond_poles,
  coalesce(st_geometrytype(g.shape) = 'ST_Polygon' and st_xmax(g.shape) - st_xmin(g.shape) > 360, false) as is_round_again,
  g.is_wide,
  g.pieces::text[] as pieces,
  m.centre::text as centre,
  case when c.outer_radius < 1e7 then c.outer_radius end as outer_radius,
  case
    when st_geometrytype(g.plain) = 'ST_Polygon'
      and exists (select from unnest(coalesce(g.pieces, array[g.region])) piece where piece && m.centre and st_covers(piece, m.centre))
    then (select min(r.geom::geography <-> m.centre) from st_dumprings(g.plain) d cross join lateral st_exteriorring(d.geom) as r (geom))
  end as inner_radius,
  case when st_numgeometries(g.plain) > 1 then array(select d.geom::geography::text from st_dump(g.plain) d) end as parts,
  c.one::text as one,
  c.other::text as other
from (
  select w.*, case when w.is_wide then sky_pieces(w.region) end as pieces,
    case when w.is_finite and st_geometrytype(w.shape) in ('ST_Point', 'ST_MultiPoint', 'ST_LineString', 'ST_MultiLineString', 'ST_Polygon', 'ST_MultiPolygon')
      then w.shape end as plain
  from (
    select s.shape, s.shape::geography as region, st_dimension(s.shape) = 2 and sky_is_wide(s.shape::geography) as is_wide,
      st_astext(s.shape) !~* 'nan|inf' as is_finite
    from (select st_force2d(:geometry) as shape) s
  ) w
) g
left join lateral (
  select st_setsrid(st_makepoint(atan2d(avg(sky_y(p.geom)), avg(sky_x(p.geom))),
    atan2d(avg(sky_z(p.geom)), sqrt(avg(sky_x(p.geom)) ^ 2 + avg(sky_y(p.geom)) ^ 2))), 4326)::geography as centre
  from st_dumppoints(g.plain) p
) m on true
left join lateral (
  select max(p.geom::geography <-> m.centre) as outer_radius,
    (array_agg(p.geom::geography order by p.path))[1] as one,
    (array_agg(p.geom::geography order by p.geom::geography <-> st_geometryn(st_points(g.plain), 1)::geography desc))[1] as other
  from st_dumppoints(g.plain) p
) c on true
