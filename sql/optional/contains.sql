-- Names that contain a text, in any case (ilike): built where pg_trgm is there, by every
-- `platestack migrate` that finds them missing. Texts of fewer than three letters are not served.
-- Names of targets are looked for among those that there are; among the frames together with other filters.
create index concurrently if not exists frames_basename_contains on frames using gin (basename gin_trgm_ops);
create index concurrently if not exists frames_target_name_contains on frames using gin (target_name gin_trgm_ops);
create index concurrently if not exists rollup_targets_contains on rollup_targets using gin (target_name gin_trgm_ops);
