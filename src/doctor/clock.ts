import { type Finding, ok, problem, type Subject, warning } from './finding.ts'

/** Differences of clocks in milliseconds: signatures of S3 are refused from a quarter of an hour on. */
const LIMITS = { notable: 2_000, wrong: 60_000 }

/**
 * Compares another machine's clock with this one's.
 * @param there its time, as Unix time in milliseconds
 * @param began when it was asked, by this clock
 * @param took how long that took: it answered in between
 * @param precisionMs how exact its answer is
 */
export function clockFindings(
  subject: Subject,
  whose: string,
  there: number,
  began: number,
  took: number,
  precisionMs = 0,
): Finding[] {
  const [earliest, latest] = [began - LIMITS.notable, began + took + LIMITS.notable]
  const off = there + precisionMs < earliest ? there - began : there > latest ? there - (began + took) : 0
  if (off === 0) return [ok(subject, `its clock is right, as far as this machine's is`)]
  const says = `the clock of ${whose} is ${Math.abs(off / 1000).toFixed(0)} s ${off > 0 ? 'ahead of' : 'behind'} this machine's`
  const advice = 'Set the clocks of all machines by NTP (Debian: the package chrony, or systemd-timesyncd).'
  return [Math.abs(off) >= LIMITS.wrong ? problem(subject, says, advice) : warning(subject, says, advice)]
}

/** Compares a server's clock by the Date header of an answer; nothing without one. */
export function clockOfAnswer(
  subject: Subject,
  whose: string,
  headers: { get(name: string): string | null },
  began: number,
  took: number,
): Finding[] {
  const date = Date.parse(headers.get('date') ?? '')
  // of whole seconds
  return Number.isNaN(date) ? [] : clockFindings(subject, whose, date, began, took, 1_000)
}
