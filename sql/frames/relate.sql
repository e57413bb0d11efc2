-- Links frames (:ids) with others by name (:names, in the same places), in both directions; links
-- that exist stay. A statement of its own: its snapshot must see placeholders that another writer
-- has just committed.
insert into related_frames (from_frame_id, to_frame_id)
select distinct link.one, link.other
from unnest(:ids::int[], :names::text[]) as n (id, name)
join frames f on f.basename = n.name
cross join lateral (values (n.id, f.id), (f.id, n.id)) as link (one, other)
where f.id <> n.id
  and not exists (select from related_frames l where l.from_frame_id = link.one and l.to_frame_id = link.other)
order by link.one, link.other
on conflict do nothing
