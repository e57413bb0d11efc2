-- Gives a frame another basename, or its own again; locks it for what follows. No row: no such frame.
update frames f set basename = coalesce(:basename, f.basename) where f.id = :id returning f.basename
