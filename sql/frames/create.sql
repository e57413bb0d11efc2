-- Creating frames, one or many: each statement is one round trip. Writers wait for each other in
-- one order: names as they sort (make, then lock), then versions by md5, then links by their ids.

-- name: by_index
-- For the rest of the transaction: every row is looked up by an index. What the planner knows of a
-- table that is being filled is that it is empty, and a plan that reads all of it is kept for as
-- long as nobody analyses the table. Names are looked up by code point, here and elsewhere: the index
-- of each three letters serves `=` too, a thousand times as slowly, and is thought cheap while empty.
select set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true)
-- name: make
-- Makes the frames whose names no frame has yet; those of an empty `record` are placeholders of
-- related names. Existing names are left out first, so that no id is drawn for them from a sequence
-- that may be of 32 bits. A name that another writer makes meanwhile is waited for and left out. No
-- column is named for that: partitioned frames have their unique names in a table beside them, whose
-- trigger leaves out placeholders and refuses other frames (partitions/triggers.sql).
insert into frames as f (
  basename, area, observation_date, observation_day, proposal_id, instrument_id, target_name, reduction_level, site_id, telescope_id,
  exposure_time, primary_optical_element, public_date, configuration_type, observation_id, request_id, created, modified)
select
  g.basename, g.area, g.observation_date, g.observation_day, g.proposal_id, g.instrument_id, g.target_name, g.reduction_level, g.site_id,
  g.telescope_id, g.exposure_time, g.primary_optical_element, g.public_date, g.configuration_type, g.observation_id, g.request_id, now(), clock_timestamp()
from (:given) g
where not exists (select from frames e where e.basename collate "C" = g.basename)
order by g.basename
on conflict do nothing
-- a coordinate that is not a finite number is no JSON: such an area fails here, not in every list
-- it would be on
returning f.id, f.basename, st_asgeojson(f.area)::json as area
-- name: lock
-- The frames that were there before, locked for what follows.
select f.id, f.basename
from frames f
where f.basename = any (:names::text[])
order by f.basename
for no key update of f
-- name: placeholders
-- Which of them are nothing but a name that another frame gave. A statement of its own: its
-- snapshot has to see what the writer that was waited for has added.
select f.id
from frames f
where f.id = any (:ids::bigint[]) and f.observation_date is null and not exists (select from versions v where v.frame_id = f.id)
