-- Fills an empty, migrated database with :frames synthetic frames: the same rows on every machine and on every day. Run by the bench in psql.
-- An archive as observatories have it: visits of eight exposures of one proposal, one target and one camera, every second exposure also
-- as a reduced frame that is linked to its raw one; each fifth visit calibrations, which have no place on the sky. One proposal in eight is
-- proprietary for good, one frame in a hundred has no public date. There are placeholders and frames without a file too, never listed.
set synchronous_commit = off;

-- A number in [0, 1) that depends on its two arguments alone.
create function pg_temp.chance(n bigint, what bigint) returns float8 language sql immutable as
  $$ select ((hashint8extended(n, what) >> 11) & 1099511627775)::float8 / 1099511627776 $$;

create temp table visits as
select visit, calibration, proposal, camera, (array['bpl', 'coj', 'cpt', 'elp', 'lsc', 'ogg', 'tfn', 'tlv'])[1 + camera % 8] as site,
  (array['0m4a', '0m4b', '1m0a', '1m0b', '2m0a'])[1 + camera % 5] as telescope,
  case camera % 3 when 0 then 'fa' when 1 then 'kb' else 'sq' end || lpad(camera::text, 2, '0') as instrument,
  360 * pg_temp.chance(visit, 4) - 180 as ra, degrees(asin(1.94 * pg_temp.chance(visit, 5) - 0.97)) as dec,
  timestamptz '2018-01-01 00:00+00' + visit::float8 / greatest(:frames / 8, 1) * interval '3000 days' as begun
from (
  select visit, pg_temp.chance(visit, 1) < 0.2 as calibration, 1 + floor(240 * pg_temp.chance(visit, 2) ^ 2)::int as proposal,
    floor(40 * pg_temp.chance(visit, 3))::int as camera
  from generate_series(0, :frames / 8) as visit
) as drawn;

insert into frames (
  basename, area, observation_date, observation_day, proposal_id, instrument_id, target_name, reduction_level, site_id, telescope_id,
  exposure_time, primary_optical_element, public_date, configuration_type, observation_id, request_id, created, modified)
select format('%s%s-%s-%s-%s-%s', site, telescope, instrument, to_char(taken, 'YYYYMMDD'), lpad(n::text, 9, '0'),
    case when calibration then 'b00' when reduced then 'e91' else 'e00' end),
  case when not calibration then st_makeenvelope(ra - width, dec - 0.2, ra + width, dec + 0.2, 4326)::geography end,
  case when n % 500 <> 499 then taken end, case when n % 500 <> 499 then (taken - interval '12 hours')::date end,
  case when calibration then 'calibrate' else format('PLATE%s-%s', extract(year from taken), lpad(proposal::text, 3, '0')) end, instrument,
  case when calibration then '' else 'field ' || 37 * proposal % 1999 end, case when reduced then 91 else 0 end, site, telescope,
  case when calibration then 0 else 5 + (visit % 60) * 5 end,
  (array['up', 'gp', 'rp', 'ip', 'zs', 'B', 'V', 'w'])[1 + (camera + n / 4) % 8],
  case when n % 100 = 7 then null when calibration or proposal % 8 <> 0 then taken else taken + interval '999 years' end,
  case when calibration then (array['BIAS', 'DARK', 'SKYFLAT'])[1 + visit % 3] when proposal % 16 = 5 then 'SPECTRUM' else 'EXPOSE' end,
  (n / 4)::int, visit::int, taken, taken
from (
  select n, n % 2 = 1 and not calibration as reduced, visits.*, 0.2 / greatest(cos(radians(dec)), 0.2) as width,
    begun + (n % 8) * interval '97 seconds' + (n % 991) * interval '1 microsecond' as taken
  from generate_series(0, :frames - 1) as n
  join visits on visit = n / 8
) as exposures
order by n;

-- one statement for all: nothing is to be put in order
alter table versions disable trigger order_versions;
insert into versions (frame_id, key, md5, extension, created)
select id, md5('key ' || copy || ' of ' || id), md5('bytes ' || copy || ' of ' || id), '.fits.fz', created + copy * interval '1 hour'
from frames, generate_series(0, 1) as copy
where (copy = 0 or id % 40 = 0) and id % 1000 <> 13
order by id, copy;
alter table versions enable trigger order_versions;

insert into headers (frame_id, data)
select id, jsonb_build_object('DATE-OBS', observation_date, 'PROPID', proposal_id, 'OBJECT', target_name, 'USERID', 'observer' || id % 50)
from frames where id % 10 = 0;

insert into related_frames (from_frame_id, to_frame_id)
select one, other
from frames
cross join lateral (values (id, id - 1), (id - 1, id)) as link (one, other)
where reduction_level = 91;

insert into thumbnails (size, basename, extension, key, frame_id)
select size, basename || '-' || size, '.jpg', md5(size || id), id
from frames, unnest(array['small', 'large']) as size
where reduction_level = 91 and id % 5 = 0;

insert into users (username) values ('member');
insert into profiles (user_id, proposals, proposals_seen)
select id, array['PLATE2020-008', 'PLATE2021-016', 'PLATE2022-024'], now() from users where username = 'member';
