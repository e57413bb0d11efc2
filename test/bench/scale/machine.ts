import { pgbench } from '../pgbench.ts'
import { readOnly } from './database.ts'
import { MACHINE } from './goals.ts'
import type { Sampled } from './sample.ts'

/** A frame's detail as it was when the goals were set: it measures the machine, so it stays whatever the archive sends. */
const DETAIL = `
  select f.id, f.basename, st_asgeojson(f.area, 15) as area, f.observation_date, f.observation_day, f.proposal_id, f.instrument_id,
    f.target_name, f.reduction_level, f.site_id, f.telescope_id, f.exposure_time, f.primary_optical_element, f.public_date,
    f.configuration_type, f.observation_id, f.request_id,
    (select coalesce(json_agg(json_build_array(v.id, v.key, v.md5, v.extension, v.created) order by v.created desc, v.id desc), '[]')
     from versions v where v.frame_id = f.id) as versions,
    array(select l.to_frame_id from related_frames l where l.from_frame_id = f.id order by l.to_frame_id) as related_frames
  from frames f
  where f.id = $1 and f.observation_date is not null and f.public_date < now()`
const FRAMES = 16
const SECONDS = 1

/** How many times as fast as the machine of the goals this one is just now. */
export const machineSpeed = async (url: string, sampled: readonly Sampled[], concurrency: number): Promise<number> => {
  const details = sampled.slice(0, FRAMES).map(({ id }) => [{ text: DETAIL, parameters: [String(id)] }])
  return (await pgbench(readOnly(url), details, concurrency, SECONDS)) / MACHINE.details
}
