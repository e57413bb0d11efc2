-- Which frames a caller may see: the one definition, nested as :visible in every query that reads
-- frames (alias f). A null public_date means not public: only the frame's proposal and superusers
-- see it. :at is now(); rollups also ask what was public when they were folded.

-- name: anonymous
f.public_date < :at
-- name: user
(f.public_date < :at or f.proposal_id = any (:proposals::text[]))
-- name: superuser
true
-- name: not_public
(f.public_date is null or f.public_date >= :at)
