-- Makes a placeholder (a frame without date or version, never listed) of each related name that no frame has yet.
-- Existing names are left out first, so that no id is drawn for them from a sequence of 32 bits; in order, so that two writers do not block each other.
insert into frames (
  basename, proposal_id, instrument_id, target_name, reduction_level, site_id, telescope_id, primary_optical_element, configuration_type,
  created, modified)
select name, '', '', '', 0, '', '', '', '', now(), now()
from unnest(:names::text[]) name
where not exists (select from frames f where f.basename = name)
order by name
on conflict (basename) do nothing
