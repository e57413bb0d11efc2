-- Whether PostGIS can read a geometry at all: run only to tell which of two filters was at fault.

-- name: text
select :value::text::geography is not null as ok
-- name: geojson
select st_geomfromgeojson(:value::text)::geography is not null as ok
