delete from thumbnails t where t.id = :id::bigint
