-- Writing frames, one or many: each block costs one round trip, however many there are. Writers wait for each other in one order: names as
-- they sort (make, then lock), versions by md5, links by their ids.

-- name: by_index
-- For the rest of the transaction: every row is looked up by an index. What the planner knows of a table that is being filled is that it is
-- empty, and a plan that reads all of it is kept for as long as nobody analyses the table.
select set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true)
-- name: taken
-- Which keys and md5s exist already, and whose they are. By two unique indexes.
select v.frame_id, f.basename, v.key, v.md5
from versions v
join frames f on f.id = v.frame_id
where v.key = any (:keys::text[]) or v.md5 = any (:md5s::text[])
-- name: given
-- The metadata of :records, a JSON array of {basename, record}: `record` holds the columns that were given, and only those.
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
-- name: make
-- Makes the frames whose names no frame has yet; those of an empty `record` are placeholders of related names. Existing names are left out
-- first, so that no id is drawn for them from a sequence of 32 bits. A name that another writer makes meanwhile is waited for and left out.
insert into frames as f (
  basename, area, observation_date, observation_day, proposal_id, instrument_id, target_name, reduction_level, site_id, telescope_id,
  exposure_time, primary_optical_element, public_date, configuration_type, observation_id, request_id, created, modified)
select
  g.basename, g.area, g.observation_date, g.observation_day, g.proposal_id, g.instrument_id, g.target_name, g.reduction_level, g.site_id,
  g.telescope_id, g.exposure_time, g.primary_optical_element, g.public_date, g.configuration_type, g.observation_id, g.request_id, now(), now()
from (:given) g
where not exists (select from frames e where e.basename = g.basename)
order by g.basename
on conflict (basename) do nothing
-- a coordinate that is not a finite number is no JSON: such an area fails here, not in every list it would be on
returning f.id, f.basename, st_asgeojson(f.area)::json as area
-- name: lock
-- The frames that were there before, locked for what follows.
select f.id, f.basename
from frames f
where f.basename = any (:names::text[])
order by f.basename
for no key update of f
-- name: placeholders
-- Which of them are nothing but a name that another frame gave. A statement of its own: its snapshot has to see what the writer that was
-- waited for has added.
select f.id
from frames f
where f.id = any (:ids::int[]) and f.observation_date is null and not exists (select from versions v where v.frame_id = f.id)
-- name: change
-- Updates the metadata of frames that are there and locked. Only the keys that `record` holds are changed.
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
  modified = now()
from (:given) g
where f.basename = g.basename
returning f.id, case when g.record ? 'area' then st_asgeojson(f.area)::json end as area
-- name: add_versions
-- Adds versions; `place` counts those of one frame, the last of which is the newest. One whose key or md5 exists already is left out:
-- fewer rows than asked for tell the caller, who rolls back. Size and CRC-32 may be null: then the first download learns them.
insert into versions (frame_id, key, md5, extension, size, crc32, created)
select v.frame_id, v.key, v.md5, v.extension, v.size, v.crc32, clock.now + v.place * interval '1 microsecond'
from jsonb_to_recordset(:versions::text::jsonb) as v (
  frame_id int, place int, key text, md5 text, extension text, size bigint, crc32 bigint)
cross join (select clock_timestamp() as now) clock
order by v.md5
on conflict do nothing
returning id
-- name: put_headers
-- Replaces the headers of frames. :headers is a JSON array of the texts as they were sent, so that no digit of a number is lost on the way;
-- the frame of each stands in the same place of :ids.
insert into headers (frame_id, data)
select (:ids::int[])[h.place::int], h.data
from jsonb_array_elements(:headers::text::jsonb) with ordinality as h (data, place)
order by 1
on conflict (frame_id) do update set data = excluded.data
-- name: relate
-- Links frames (:ids) with others by name (:names, in the same places), in both directions; links that exist stay. A statement of its own:
-- its snapshot must see placeholders that another writer has just committed.
insert into related_frames (from_frame_id, to_frame_id)
select distinct link.one, link.other
from unnest(:ids::int[], :names::text[]) as n (id, name)
join frames f on f.basename = n.name
cross join lateral (values (n.id, f.id), (f.id, n.id)) as link (one, other)
where f.id <> n.id
  and not exists (select from related_frames l where l.from_frame_id = link.one and l.to_frame_id = link.other)
order by link.one, link.other
on conflict do nothing
-- name: announce
-- The messages of frames that got a version: the headers flattened, then area, basename, version_set as posted, filename and frameid. In the
-- transaction of the frame, so that there is a message exactly when there is a frame. :versions is a JSON array of version sets as posted,
-- the frame of each stands in the same place of :ids.
insert into outbox (message)
select coalesce(h.data, '{}') || jsonb_build_object(
  'area', st_asgeojson(f.area, 15)::jsonb,
  'basename', f.basename,
  'version_set', m.versions,
  'filename', f.basename || (select v.extension from versions v where v.frame_id = f.id order by v.created desc, v.id desc limit 1),
  'frameid', f.id)
from jsonb_array_elements(:versions::text::jsonb) with ordinality as m (versions, place)
join frames f on f.id = (:ids::int[])[m.place::int]
left join headers h on h.frame_id = f.id
order by m.place
