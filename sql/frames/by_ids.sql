-- The frames of a set of ids that a caller may see and that have a file, each once, by id. Ids that are not seen are left out.
select :columns
from frames f
where f.id = any (:ids::int[])
  and f.observation_date is not null
  and exists (select from versions v where v.frame_id = f.id)
  and :visible
order by f.id
