-- Which keys and md5s exist already, and whose they are.
select v.frame_id, v.key, v.md5 from versions v where v.key = any (:keys::text[]) or v.md5 = any (:md5s::text[])
