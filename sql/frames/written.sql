-- Frames as they stand inside the transaction that wrote them, dated or not. For superusers: only
-- they write.
select :columns
from frames f
where f.id = any (:ids::bigint[]) and :visible
