-- A value out of a cursor with the type of its field: a bare parameter would take the type of the other side, collation included.

-- name: int
:value::int
-- name: text
:value::text collate "C"
-- name: timestamptz
:value::timestamptz
-- name: float8
:value::float8
