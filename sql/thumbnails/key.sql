-- The key under which the thumbnail of a basename is stored. For ingesters.
select t.key from thumbnails t where t.basename = :basename
