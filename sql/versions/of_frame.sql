-- The versions of the frame of a basename, newest first. For ingesters: where its files are.
select v.key, v.md5, v.extension
from versions v join frames f on f.id = v.frame_id
where f.basename = :basename
order by v.created desc, v.id desc
