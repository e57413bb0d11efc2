-- The messages of frames that got a version: the headers flattened, then area, basename,
-- version_set as posted, filename and frameid. In the transaction of the frame, so that there is a
-- message exactly when there is a frame. :versions is a JSON array of version sets as posted, the
-- frame of each stands in the same place of :ids.
insert into outbox (frame_id, message)
select f.id, coalesce(h.data, '{}') || jsonb_build_object(
  'area', st_asgeojson(f.area, 15)::jsonb,
  'basename', f.basename,
  'version_set', m.versions,
  'filename', f.basename || (select v.extension from versions v where v.frame_id = f.id order by v.created desc, v.id desc limit 1),
  'frameid', f.id)
from jsonb_array_elements(:versions::text::jsonb) with ordinality as m (versions, place)
join frames f on f.id = (:ids::bigint[])[m.place::int]
left join headers h on h.frame_id = f.id
order by m.place
