-- Putting records and files together again.

-- name: record
-- The size and CRC-32 that a file has whose MD5 is the recorded one.
update versions v set size = :size::bigint, crc32 = :crc32::bigint where v.id = :id::bigint and v.key = :key and v.md5 = :md5
-- name: rekey
-- The same content under another key of the store, which is what URLs are made of.
update versions v set key = :key where v.id = :id::bigint and v.key = :before
returning v.frame_id::float8 as frame
-- name: touch
-- For mirrors, which follow what is shown of a frame.
update frames f set modified = clock_timestamp() where f.id = :frame::bigint
