-- Built in a statement of its own without holding up writers. Three bytes a frame, since there are few
-- days; written at once, because a search reads all that waits.
create index concurrently if not exists frames_basename_days on frames using gin (days_in_name((basename)::text)) with (fastupdate=off);
