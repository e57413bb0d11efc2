-- Indexes of searches, each built in a statement of its own without holding up writers.

-- What lists can be ordered by (sql/frames/ordering.sql), text by code point. Ties go by -id in both
-- directions, and an index can be walked both ways: "x desc, id desc" is the first of each pair
-- backwards, "x, id desc" the second forwards. One column alone would make a sort of a whole group
-- of equal values, a third of all frames where there are few values; one of a pair alone would do so
-- in the other direction. They serve "equals" and "one of" as well, and so have no others beside.
create index concurrently if not exists frames_primary_optical_element_id on frames using btree (primary_optical_element collate "C", id);
create index concurrently if not exists frames_primary_optical_element_id_desc on frames using btree (primary_optical_element collate "C", id desc);
create index concurrently if not exists frames_configuration_type_id on frames using btree (configuration_type collate "C", id);
create index concurrently if not exists frames_configuration_type_id_desc on frames using btree (configuration_type collate "C", id desc);
create index concurrently if not exists frames_proposal_id_id on frames using btree (proposal_id collate "C", id);
create index concurrently if not exists frames_proposal_id_id_desc on frames using btree (proposal_id collate "C", id desc);
create index concurrently if not exists frames_instrument_id_id on frames using btree (instrument_id collate "C", id);
create index concurrently if not exists frames_instrument_id_id_desc on frames using btree (instrument_id collate "C", id desc);
create index concurrently if not exists frames_target_name_id on frames using btree (target_name collate "C", id);
create index concurrently if not exists frames_target_name_id_desc on frames using btree (target_name collate "C", id desc);
create index concurrently if not exists frames_reduction_level_id on frames using btree (reduction_level, id);
create index concurrently if not exists frames_reduction_level_id_desc on frames using btree (reduction_level, id desc);
create index concurrently if not exists frames_exposure_time_id on frames using btree (coalesce(exposure_time, 'NaN'::double precision), id);
create index concurrently if not exists frames_exposure_time_id_desc on frames using btree (coalesce(exposure_time, 'NaN'::double precision), id desc);
-- Names are unique: one index for both directions. (Dates have frames_newest: of equal dates there
-- are few to sort.)
create index concurrently if not exists frames_basename_code_points on frames using btree (basename collate "C");

-- A night, newest first.
create index concurrently if not exists frames_observation_day on frames using btree (observation_day, observation_date desc, id desc);
-- Each of few values, a few bytes a frame: a site or telescope that has hardly any frames.
create index concurrently if not exists frames_site_id on frames using btree (site_id);
create index concurrently if not exists frames_telescope_id on frames using btree (telescope_id);
-- What has changed since a mirror last asked.
create index concurrently if not exists frames_modified on frames using btree (modified, id);
-- Of a submitter.
create index concurrently if not exists headers_submitter on headers using btree (((data ->> 'USERID'::text)));
