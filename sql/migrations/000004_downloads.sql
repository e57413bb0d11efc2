-- What a download promises of a version besides its size and CRC-32: the same of the file unpacked, and of its catalogue. Catalogue changes
-- only; null everywhere: not learnt yet. A version never changes, so what is learnt once stays true.
alter table versions
  add column unpacked_size bigint,
  add column unpacked_crc32 bigint,
  add column catalog_size bigint,
  add column catalog_crc32 bigint;
comment on column versions.unpacked_size is 'bytes of the file as funpack writes it; null: not learnt yet';
comment on column versions.unpacked_crc32 is 'CRC-32 of the file as funpack writes it; null: not learnt yet';
comment on column versions.catalog_size is 'bytes of the catalogue on its own, 0 for a file without one; null: not learnt yet';
comment on column versions.catalog_crc32 is 'CRC-32 of the catalogue on its own; null: not learnt yet';
