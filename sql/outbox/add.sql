-- The message of a frame that got a version: its headers flattened, then area, basename, version_set as posted, filename and frameid.
-- In the transaction of the frame, so that there is a message exactly when there is a frame.
insert into outbox (message)
select coalesce(h.data, '{}') || jsonb_build_object(
  'area', st_asgeojson(f.area, 15)::jsonb,
  'basename', f.basename,
  'version_set', :versions::text::jsonb,
  'filename', f.basename || (select v.extension from versions v where v.frame_id = f.id order by v.created desc, v.id desc limit 1),
  'frameid', f.id)
from frames f
left join headers h on h.frame_id = f.id
where f.id = :id
