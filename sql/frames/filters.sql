-- One block a filter of GET /frames/, each a condition on f (frames) to be put after a where
-- clause. The slot :value is the parameter as src/schemas/filters.ts parsed it; a filter that was
-- not given leaves its block out, so no block tests for null. A null :value (a number that no
-- integer column can hold) makes the condition null: nothing matches. Each can use an index where it
-- leaves few frames; contains-filters where pg_trgm is there and three letters are given. Text is
-- compared by code point where the index is that of an ordering, which changes nothing in what is
-- equal.

-- name: start
and f.observation_date >= :value::timestamptz
-- name: end
and f.observation_date <= :value::timestamptz
-- name: before
and f.observation_date < :value::timestamptz
-- name: observation_date
and f.observation_date = :value::timestamptz
-- name: dayobs
and f.observation_day = :value::date
-- name: public_date
and f.public_date = :value::timestamptz
-- name: basename
and f.basename ilike :value
-- name: basename_of_days
-- Of a text with whole parts, :days, that are observing days: `is true`, so that the much larger index
-- of each three letters is not asked besides.
and days_in_name(f.basename) @> :days::text[] and (f.basename ilike :value) is true
-- name: basename_exact
and f.basename collate "C" = :value
-- name: target_name
and (f.target_name ilike :value or f.target_name ilike :ascii)
-- name: target_name_exact
and f.target_name in (:value, :ascii)
-- name: empty_target_name
and f.target_name = ''
-- name: given_target_name
and f.target_name <> ''
-- name: exposure_time
-- The expression of its index, in which NaN is no exposure time.
and coalesce(f.exposure_time, 'NaN'::float8) >= :value::float8 and coalesce(f.exposure_time, 'NaN'::float8) < 'NaN'::float8
-- name: configuration_type
and f.configuration_type collate "C" = :value
-- name: exclude_configuration_type
and f.configuration_type <> all (:value::text[])
-- name: include_configuration_type
and f.configuration_type collate "C" = any (:value::text[])
-- name: exclude_calibrations
and f.configuration_type collate "C" = any (:value::text[])
-- name: proposal_id
and f.proposal_id = :value
-- name: instrument_id
and f.instrument_id collate "C" = :value
-- name: site_id
and f.site_id = :value
-- name: telescope_id
and f.telescope_id = :value
-- name: primary_optical_element
and f.primary_optical_element collate "C" = :value
-- name: observation_id
and f.observation_id = :value::int
-- name: request_id
and f.request_id = :value::int
-- name: reduction_level
and f.reduction_level = :value::smallint
-- name: site_id__in
and f.site_id = any (:value::text[])
-- name: telescope_id__in
and f.telescope_id = any (:value::text[])
-- name: instrument_id__in
and f.instrument_id collate "C" = any (:value::text[])
-- name: primary_optical_element__in
and f.primary_optical_element collate "C" = any (:value::text[])
-- name: proposal_id__in
and f.proposal_id = any (:value::text[])
-- name: configuration_type__in
and f.configuration_type collate "C" = any (:value::text[])
-- name: reduction_level__in
and f.reduction_level = any (:value::smallint[])
-- name: request_id__in
and f.request_id = any (:value::int[])
-- name: observation_id__in
and f.observation_id = any (:value::int[])
-- name: submitter
and exists (select from headers h where h.frame_id = f.id and h.data ->> 'USERID' in (:value, :ascii))
-- name: id__gt
and f.id > :value::bigint
-- name: id__lt
and f.id < :value::bigint
-- name: modified_after
and f.modified > :value::timestamptz
-- name: modified_before
and f.modified < :value::timestamptz
-- The sky. A bare && (one for each part of a region, "near" one or another) is for the index, which finds too many. Then come two measurements of a few
-- microseconds: what is within :inner metres of :centre meets the region, what is farther than
-- :outer does not (on PostGIS's sphere: geography <->). What is left is compared with the region
-- itself, at ten to a hundred times the cost. PostGIS is wrong about wide areas
-- (migrations/000007_sky.sql). The planner takes `is not null` for nearly certain, so that it
-- decides by what it knows of && alone.

-- name: covers
-- Two places of the region, far apart: what covers it holds both.
and f.area && :one and f.area && :other
and sky_covers(f.area, f.pieces, :region)
-- name: covers_points
and f.area && :one and f.area && :other
and case when sky_is_wide(f.area) then sky_covers(f.area, f.pieces, :region) else st_covers(f.area, :region) end
-- name: covers_wide
and sky_is_wide(f.area) and sky_covers(f.area, f.pieces, :region)
-- name: near
f.area && :part
-- name: intersects_points
and case when sky_is_wide(f.area) then sky_intersects(f.area, f.pieces, :region) else st_intersects(f.area, :region) end
-- name: intersects
and case
  when sky_is_wide(f.area) then nullif(sky_intersects(f.area, f.pieces, :region), false)
  when f.area <-> :centre <= :inner::float8 then true
  when f.area <-> :centre <= :outer::float8 then nullif(sky_intersects(f.area, null, :region), false)
end is not null
-- name: intersects_wide
and case
  when not sky_is_wide(f.area) and f.area <-> :centre <= :inner::float8 then true
  when sky_is_wide(f.area) or f.area <-> :centre <= :outer::float8 then
    nullif(exists (select from unnest(:pieces::text[]::geography[]) piece where f.area && piece and sky_intersects(f.area, f.pieces, piece)), false)
end is not null
-- name: box
-- :around, points that lie as far out as the box does in every direction of space.
and f.area && :around
and case
  when not sky_is_wide(f.area) and f.area <-> :centre <= :inner::float8 then true
  when sky_is_wide(f.area) or f.area <-> :centre <= :outer::float8 then
    nullif(sky_meets_box(f.area, f.pieces, :ra::float8, :width::float8, :dec1::float8, :dec2::float8), false)
end is not null
-- name: cone
-- :around as of a box; one measurement is all.
and f.area && :around
and case
  when sky_is_wide(f.area) then
    nullif(exists (select from unnest(coalesce(f.pieces, sky_pieces(f.area))) piece where piece <-> :centre <= :radius::float8), false)
  else nullif(f.area <-> :centre <= :radius::float8, false)
end is not null
-- name: public_nothing
and false
-- name: public_own
and f.proposal_id = any (:value::text[])
