-- Links frames (:ids) with others by name (:names, in the same places), in both directions; links
-- that exist stay. A statement of its own: its snapshot must see placeholders that another writer
-- has just committed. Gives how many names no frame has: they went since they were looked at.
with named as materialized (
  select n.id, f.id as other
  from unnest(:ids::bigint[], :names::text[]) as n (id, name)
  left join frames f on f.basename collate "C" = n.name
), linked as (
  insert into related_frames (from_frame_id, to_frame_id)
  select distinct link.one, link.other
  from named n
  cross join lateral (values (n.id, n.other), (n.other, n.id)) as link (one, other)
  where n.id <> n.other
    and not exists (select from related_frames l where l.from_frame_id = link.one and l.to_frame_id = link.other)
  order by link.one, link.other
  on conflict do nothing
)
select count(*)::int as missing from named where other is null
