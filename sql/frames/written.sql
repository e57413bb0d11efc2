-- A frame as it stands inside the transaction that wrote it, dated or not. For superusers: only they write.
select :columns
from frames f
where f.id = :id and :visible
