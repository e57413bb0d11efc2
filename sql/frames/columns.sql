-- What the wire needs of a frame (alias f), versions newest first. Times travel as PostgreSQL text,
-- so that no microsecond is lost.

-- name: frame
f.id, f.basename, st_asgeojson(f.area, 15) as area, f.observation_date, f.observation_day, f.proposal_id, f.instrument_id, f.target_name,
f.reduction_level, f.site_id, f.telescope_id, f.exposure_time, f.primary_optical_element, f.public_date, f.configuration_type,
f.observation_id, f.request_id,
(select coalesce(json_agg(json_build_array(v.id, v.key, v.md5, v.extension, v.created, v.filed,
   case when v.filed is not null then filed_elsewhere(v.id) end) order by v.created desc, v.id desc), '[]')
 from versions v where v.frame_id = f.id) as versions
-- name: related
, array(select l.to_frame_id from related_frames l where l.from_frame_id = f.id order by l.to_frame_id) as related_frames
-- name: thumbnails
, (select coalesce(json_agg(json_build_array(t.id, t.size, t.basename, t.extension, t.key, t.filed) order by t.id), '[]')
   from thumbnails t where t.frame_id = f.id) as thumbnails
-- name: modified
, f.modified
