-- Links a frame with others by name, in both directions; links that exist stay. A statement of its own: its snapshot must see placeholders that
-- another writer has just committed.
insert into related_frames (from_frame_id, to_frame_id)
select link.one, link.other
from frames f
cross join lateral (values (:id::int, f.id), (f.id, :id::int)) as link (one, other)
where f.basename = any (:names::text[])
  and f.id <> :id::int
  and not exists (select from related_frames l where l.from_frame_id = link.one and l.to_frame_id = link.other)
order by link.one, link.other
on conflict do nothing
