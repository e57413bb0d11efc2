-- What sending needs to know of a message beside its text: docs/operating.md, "Messages: the outbox".
alter table outbox
  add column frame_id bigint,
  add column claimed timestamptz,
  add column refused timestamptz,
  add column dead timestamptz,
  add column error text;
comment on column outbox.frame_id is 'the frame that it is about, whose messages are sent in the order of their ids; null: in no order';
comment on column outbox.attempts is 'how often it was given to the broker without being taken';
comment on column outbox.next_try is 'when it may be claimed next; infinity: it is a dead letter';
comment on column outbox.claimed is 'when a process last took it to send it; null: nobody has it';
comment on column outbox.refused is 'since when the broker has refused it, though it took others; null: it has not';
comment on column outbox.dead is 'when it was given up; null: it is waiting to be sent';
comment on column outbox.error is 'why it was last not taken';

-- A server of the release before, which may run on for a while, does not write the column.
create function outbox_frame() returns trigger language plpgsql as $$
begin
  if jsonb_typeof(new.message -> 'frameid') = 'number' then new.frame_id := (new.message ->> 'frameid')::bigint; end if;
  return new;
end
$$;
create trigger outbox_frame before insert on outbox for each row when (new.frame_id is null) execute function outbox_frame();

-- The role that owns the tables, under which the archive runs, owns it as well.
do $$
declare
  owner regrole := (select relowner from pg_class where oid = 'outbox'::regclass);
begin
  if owner <> to_regrole(quote_ident(current_user)) then execute format('alter function outbox_frame() owner to %s', owner); end if;
end
$$;
