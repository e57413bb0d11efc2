-- name: get
select s.value from settings s where s.name = :name
-- name: put
insert into settings as s (name, value) values (:name, :value::text::jsonb) on conflict (name) do update set value = excluded.value
-- name: put_once
insert into settings (name, value) values (:name, :value::text::jsonb) on conflict (name) do nothing
-- name: remove
delete from settings s where s.name = :name
