-- How far the reading of stored files is, in a few lookups by index whatever their number.

-- name: progress
-- A row for versions and one for thumbnails. What lies above the last span was never read; `unread`
-- is its share of all ids, null where there are none. Findings are counted up to :most.
select
  k.files,
  case when k.last_id is not null then
    greatest(0, least(1, (k.last_id - coalesce(s.last_id, 0)) / (k.last_id - k.first_id + 1)::float8))
  end as unread,
  extract(epoch from o.verified)::float8 as oldest,
  (
    select coalesce(json_object_agg(c.kind, c.findings), '{}')
    from (
      select b.kind, count(*) as findings
      from (
        select f.kind from verification_findings f
        where f.files = k.files and case k.files
          when 'versions' then exists (select from versions v where v.id = f.id)
          else exists (select from thumbnails t where t.id = f.id) end
        limit :most::int
      ) b
      group by b.kind
    ) c
  ) as findings
from (
  select 'versions' as files, (select min(v.id)::bigint from versions v) as first_id, (select max(v.id)::bigint from versions v) as last_id
  union all
  select 'thumbnails', (select min(t.id)::bigint from thumbnails t), (select max(t.id)::bigint from thumbnails t)
) k
left join lateral (
  select l.last_id from verification_spans l where l.files = k.files and l.reading = 'whole' order by l.first_id desc limit 1
) s on true
left join lateral (
  select p.verified from verification_spans p
  where p.files = k.files and p.reading = 'whole' and p.verified is not null
  order by p.verified limit 1
) o on true
-- name: amounts
-- How many files and bytes were read in the last 24 and 168 hours, and since ever.
select
  h.reading,
  sum(h.files) filter (where h.hour > now() - interval '24 hours')::float8 as day_files,
  sum(h.bytes) filter (where h.hour > now() - interval '24 hours')::float8 as day_bytes,
  sum(h.files) filter (where h.hour > now() - interval '168 hours')::float8 as week_files,
  sum(h.bytes) filter (where h.hour > now() - interval '168 hours')::float8 as week_bytes,
  sum(h.files) filter (where h.hour = '-infinity')::float8 as files,
  sum(h.bytes) filter (where h.hour = '-infinity')::float8 as bytes
from verification_hours h
group by h.reading
