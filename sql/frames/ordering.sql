-- What lists can be ordered by, one block a field. Text by code point, whatever the database's
-- collation. A frame without exposure time comes after every other, which is where PostgreSQL puts
-- both null and NaN: one expression serves order and cursor. Each has indexes
-- (migrations/000009_search_concurrently.sql). Of an order by several fields the first is walked,
-- and the frames that are equal in it are sorted by the others: at worst all of one configuration
-- type, a pass over most of the frames for each page.

-- name: id
f.id
-- name: basename
f.basename collate "C"
-- name: observation_date
f.observation_date
-- name: primary_optical_element
f.primary_optical_element collate "C"
-- name: configuration_type
f.configuration_type collate "C"
-- name: proposal_id
f.proposal_id collate "C"
-- name: instrument_id
f.instrument_id collate "C"
-- name: target_name
f.target_name collate "C"
-- name: reduction_level
f.reduction_level
-- name: exposure_time
coalesce(f.exposure_time, 'NaN'::float8)
-- name: distance
-- From the middle of the area: of all areas that hold the centre the distance would be 0. Every
-- match is measured, at ten microseconds or so.
st_centroid(f.area, false) <-> :centre::text::geography
