-- name: md5
and v.md5 = :value
