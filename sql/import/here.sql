-- Frames that are here, for comparison with those of another archive; for the import, which may read
-- everything. All look-ups go by an index (frames/create.by_index), by code point as there.

-- name: named
-- A placeholder, which another frame names before it comes, has neither a date nor a file: it is left out.
select :columns
from frames f
where f.basename collate "C" = any (:names::text[])
  and (f.observation_date is not null or exists (select from versions v where v.frame_id = f.id))
-- name: details
-- Headers and links; those to placeholders are left out.
select f.id, coalesce(h.data, '{}')::text as headers,
  (
    select coalesce(json_agg(o.basename order by o.id), '[]')
    from related_frames l join frames o on o.id = l.to_frame_id
    where l.from_frame_id = f.id and o.observation_date is not null and exists (select from versions v where v.frame_id = o.id)
  ) as related
from frames f
left join headers h on h.frame_id = f.id
where f.id = any (:ids::bigint[])
