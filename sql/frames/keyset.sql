-- The pieces of a keyset condition: where a page goes on after the last row of the one before.

-- name: asc
:key asc
-- name: desc
:key desc
-- name: comma
:left, :right
-- name: after
:key > :value
-- name: before
:key < :value
-- name: same
:key = :value
-- name: either
(:left or :right)
-- name: both
(:left and :right)
-- name: bound
and :condition
-- name: default_after
and (f.observation_date, f.id) > (:date::timestamptz, :id::int)
-- name: default_before
and (f.observation_date, f.id) < (:date::timestamptz, :id::int)
