-- What `platestack verify` has read of the stored files. Versions and thumbnails are read in the
-- order of their ids, a span at a time: a row for 256 of them and not one each, 60 MB and not 10 GB
-- of a hundred million. What is well is in no other row; what is not is a finding. New tables only.

create table verification_spans (
  -- What the ids are of: 'versions' or 'thumbnails'.
  files text not null,
  -- How they are read: 'whole', or 'quick' where the store is only asked for them.
  reading text not null,
  first_id bigint not null,
  last_id bigint not null,
  next_id bigint not null,
  verified timestamptz,
  claimed_until timestamptz not null default '-infinity',
  claimant text not null,
  primary key (files, reading, first_id)
);
comment on column verification_spans.next_id is 'where to go on in the pass under way; first_id: none has begun';
comment on column verification_spans.verified is 'the end of the last whole pass; null: it was never read to its end';
comment on column verification_spans.claimed_until is 'a process that reads the span moves this on; in the past: nobody reads it';
-- Never read first, then longest ago.
create index verification_spans_next on verification_spans (files, reading, verified nulls first, first_id);

-- What is wrong with stored files, until it is well again. A finding outlives its row, and does not count then.
create table verification_findings (
  files text not null,
  id bigint not null,
  -- 'missing', 'size', 'md5', 'crc32': damage. 'unreadable': the store failed, which says nothing of the file yet.
  kind text not null,
  basename text not null,
  path text not null,
  key text not null,
  expected jsonb not null,
  found jsonb not null,
  first_found timestamptz not null default now(),
  last_found timestamptz not null default now(),
  primary key (files, id)
);
comment on column verification_findings.expected is 'size, md5 and crc32 as recorded, as far as they are known';
comment on column verification_findings.found is 'the same as read, and why a file could not be';

-- How much was read in each hour of the last days, and by the row of -infinity since ever: what
-- metrics ask for without counting.
create table verification_hours (
  hour timestamptz not null,
  reading text not null,
  files bigint not null,
  bytes bigint not null,
  primary key (reading, hour)
);

-- The role that owns the tables, under which the archive runs, owns these as well.
do $$
declare
  one text;
  owner regrole := (select relowner from pg_class where oid = 'frames'::regclass);
begin
  if (select relowner from pg_class where oid = 'verification_spans'::regclass) <> owner then
    foreach one in array array['verification_spans', 'verification_findings', 'verification_hours'] loop
      execute format('alter table %I owner to %s', one, owner);
    end loop;
  end if;
end
$$;
