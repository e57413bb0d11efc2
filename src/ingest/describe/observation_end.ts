import { Real } from '../../fits/header/dictionary.ts'
import type { IngestRecord } from './description.ts'
import { textOf } from './header_values.ts'
import { type PythonDate, parseDate } from './python_date.ts'

const DAY_MS = 86_400_000

const msOf = ({ seconds, microseconds }: PythonDate): number => seconds + Math.floor(microseconds / 1000)

/**
 * When an observation ended, by the rule of the reference's ingester: the header of
 * OBSERVATION_END_TIME_KEY, a time of day (after midnight where it is more than twelve hours off)
 * or a whole date; else the exposure time after the observation date; else that date.
 * @returns UTC as ISO 8601; null where no observation date can be read
 */
export function observationEnd({ observation_date, exposure_time, headers }: IngestRecord, key: string): string | null {
  const date = typeof observation_date === 'string' ? parseDate(observation_date) : null
  if (!date) return null
  const start = new Date(msOf(date))
  const text = textOf(headers.get(key)).trim()
  const whole = parseDate(text)
  if (whole) return new Date(msOf(whole)).toISOString()
  const clock = text && parseDate(`${start.toISOString().slice(0, 10)} ${text}`)
  if (clock) {
    const end = msOf(clock)
    const isNextDay = Math.abs(start.getUTCHours() - new Date(end).getUTCHours()) > 12
    return new Date(isNextDay ? end + DAY_MS : end).toISOString()
  }
  const exposure = Number(exposure_time instanceof Real ? exposure_time.value : (exposure_time ?? 0))
  // a header may hold anything
  return new Date(start.getTime() + (Math.abs(exposure) * 1000 < DAY_MS ? exposure * 1000 : 0)).toISOString()
}
