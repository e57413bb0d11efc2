-- Which of these md5s are there: whose, and under which file name. By the unique index of md5s. For ingesters.
select v.frame_id, v.key, v.md5, f.basename || v.extension as filename
from versions v join frames f on f.id = v.frame_id
where v.md5 = any (:md5s::text[])
