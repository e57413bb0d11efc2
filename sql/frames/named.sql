-- The id of the frame of a basename, for writers: no visibility applies.
select f.id from frames f where f.basename = :basename
