-- Which frames `platestack deleteframes` and `platestack expireguides` delete: conditions on f
-- (frames) besides those of filters.sql, how many frames meet them, and the next of these in one of
-- three orders.

-- name: observed_before
and f.observation_date < :value::timestamptz
-- name: observed_until
and f.observation_date <= :value::timestamptz
-- name: after_day
and f.observation_day > :value::date
-- name: before_day
and f.observation_day < :value::date
-- name: site
and upper(f.site_id) = upper(:value)
-- name: telescope
and upper(f.telescope_id) = upper(:value)
-- name: exclude_types
and f.configuration_type <> all (:value::text[])
-- name: exclude_proposals
and f.proposal_id <> all (:value::text[])
-- name: exclude_instruments
and f.instrument_id <> all (:value::text[])

-- name: given
-- Not a placeholder, which is but the other end of a link.
and (f.observation_date is not null or exists (select from versions v where v.frame_id = f.id))

-- name: settings
-- A look at a large archive may take longer than a request may.
select set_config('statement_timeout', '0', true), set_config('idle_in_transaction_session_timeout', '0', true)
-- name: days_ago
select (now() - make_interval(days => :days::int))::text as moment
-- name: count
-- What would be deleted. A size that is not known is counted as one: the bytes are at least so many.
with matched as materialized (
  select f.id from frames f where true :conditions
), files as (
  select v.size from versions v where v.frame_id in (select id from matched)
  union all
  select null from thumbnails t where t.frame_id in (select id from matched)
)
select (select count(*) from matched) as frames, count(*) as files, coalesce(sum(size), 0)::float8 as bytes,
  count(*) filter (where size is null) as unknown_sizes
from files

-- Each batch goes on behind the last frame of the one before, so that frames that have been passed
-- over, or were just deleted, are not met again. All in all that is one walk along an index.

-- name: next_by_date
select f.id, f.observation_date::text as place
from frames f
where true :conditions :after
order by f.observation_date, f.id
limit :limit
-- name: after_date_and_id
and (f.observation_date, f.id) > (:place::timestamptz, :id::bigint)
-- name: next_by_day
select f.id, f.observation_day::text as place
from frames f
where true :conditions :after
order by f.observation_day, f.id
limit :limit
-- name: after_day_and_id
and (f.observation_day, f.id) > (:place::date, :id::bigint)
-- name: next_by_id
select f.id, null as place
from frames f
where true :conditions :after
order by f.id
limit :limit
-- name: after_id
and f.id > :id::bigint
