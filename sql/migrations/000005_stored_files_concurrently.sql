-- The former names of frames and thumbnails: files that were stored under a name which has been
-- given up. Hardly any row is in these.
create index concurrently if not exists versions_filed_basename on versions using btree (((filed ->> 'basename'::text))) where (filed is not null);
create index concurrently if not exists thumbnails_filed_name on thumbnails using btree (((filed ->> 'name'::text))) where (filed is not null);
