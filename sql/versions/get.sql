-- One version by id, with the columns of its frame that a path is made of.
select :columns
from versions v
join frames f on f.id = v.frame_id
where v.id = :id::bigint
