-- The filters of GET /thumbnails/, one block a parameter.

-- name: frame_basename
and f.basename collate "C" = :value
-- name: proposal_id
and f.proposal_id = :value
-- name: observation_id
and f.observation_id = :value::int
-- name: request_id
and f.request_id = :value::int
-- name: size
and t.size = :value
