import type { NamedRecord } from '../schemas/frame_record.ts'

/**
 * Cuts records, in their order, into runs of which none holds a basename, a key or an MD5 twice: a run is written at once, and the next one
 * sees what became of it.
 */
export function runsOf(records: readonly NamedRecord[]): NamedRecord[][] {
  const runs: NamedRecord[][] = []
  let run: NamedRecord[] = []
  let seen = new Set<string>()
  for (const record of records) {
    const marks = [
      `name ${record.basename}`,
      ...record.versions.flatMap(({ key, md5 }) => [`key ${key}`, `md5 ${md5}`]),
    ]
    if (run.length && marks.some((mark) => seen.has(mark))) {
      runs.push(run)
      run = []
      seen = new Set()
    }
    run.push(record)
    for (const mark of marks) seen.add(mark)
  }
  if (run.length) runs.push(run)
  return runs
}
