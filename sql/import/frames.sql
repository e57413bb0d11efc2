-- Frames of another archive's database, of this program or of the reference: the columns have the
-- same names in both, and the tables are the slots. Whole rows as JSON where one of them has columns
-- that the other, or an older release, has not.

-- name: tables
-- Which of the two it is. Of an archive that has been adopted the old names are views.
select
  to_regclass('frames') is not null and to_regclass('versions') is not null and to_regclass('related_frames') is not null as own,
  to_regclass('frames_frame') is not null and to_regclass('frames_version') is not null as reference,
  coalesce(to_regclass('thumbnails'), to_regclass('frames_thumbnail')) is not null as thumbnails
-- name: page
-- By ascending id after :after; placeholders are left out. Versions newest first.
select f.id, f.basename, st_asgeojson(f.area, 15) as area, f.observation_date, f.observation_day, f.proposal_id, f.instrument_id, f.target_name,
  f.reduction_level, f.site_id, f.telescope_id, f.exposure_time, f.primary_optical_element, f.public_date, f.configuration_type,
  f.observation_id, f.request_id,
  (select coalesce(json_agg(to_jsonb(v) order by v.created desc, v.id desc), '[]') from :versions v where v.frame_id = f.id) as versions,
  (select h.data::text from :headers h where h.frame_id = f.id) as headers,
  (
    select coalesce(json_agg(json_build_array(o.basename, o.observation_date is not null and exists (select from :versions v where v.frame_id = o.id)) order by o.id), '[]')
    from :related l join :frames o on o.id = l.to_frame_id
    where l.from_frame_id = f.id
  ) as related,
  :thumbnails as thumbnails
from :frames f
where f.id > :after::bigint
  and (f.observation_date is not null or exists (select from :versions v where v.frame_id = f.id))
  :filters
order by f.id
limit :limit::bigint
-- name: thumbnails
(select coalesce(json_agg(to_jsonb(t) order by t.id), '[]') from :thumbnails t where t.frame_id = f.id)
-- name: no_thumbnails
'[]'::json
-- name: of_ids
and f.id = any (:ids::bigint[])
-- name: count
select count(*)::float8 as count
from :frames f
where (f.observation_date is not null or exists (select from :versions v where v.frame_id = f.id)) :filters
-- name: now
select clock_timestamp() as now
