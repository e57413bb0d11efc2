-- One frame by id, as a caller may see it; no row: it does not exist for that caller.
select :columns
from frames f
where f.id = :id::bigint and f.observation_date is not null and :visible
