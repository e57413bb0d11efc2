-- Which frames a caller may see: the one definition, nested as :visible in every query that reads
-- frames (alias f). A null public_date means not public: only the frame's proposal and superusers
-- see it.

-- name: anonymous
f.public_date < now()
-- name: user
(f.public_date < now() or f.proposal_id = any (:proposals::text[]))
-- name: superuser
true
