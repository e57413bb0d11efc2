-- Indexes of the lists of versions and of thumbnails, each built in a statement of its own without
-- holding up writers.

-- The order of versions, whose last pages it tells without reading the table. Entries come at its
-- end; what is learnt of a file later (size, CRC-32) leaves it alone. 30 bytes a version.
create index concurrently if not exists versions_newest on versions using btree (created desc, id desc);
-- A size that few thumbnails have, or none. 7 bytes a thumbnail, since there are few values.
create index concurrently if not exists thumbnails_size on thumbnails using btree (size);
