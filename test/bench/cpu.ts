import { readdirSync, readFileSync } from 'node:fs'

/** Ticks a second that Linux counts in. */
const TICKS = 100

/** Seconds of processor time that a process and its children have used so far; null where the system has no /proc. */
export function cpuSeconds(pid: number): number | null {
  try {
    let ticks = 0
    for (const name of readdirSync('/proc')) {
      if (!/^\d+$/.test(name)) continue
      const stat = statOf(Number(name))
      // children that have ended are in their parent's count
      if (stat?.pid === pid) ticks += stat.ticks + stat.ended
      else if (stat?.parent === pid) ticks += stat.ticks
    }
    return ticks / TICKS
  } catch {
    return null
  }
}

export const parentOf = (pid: number): number | undefined => statOf(pid)?.parent

function statOf(pid: number): { pid: number; parent: number; ticks: number; ended: number } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // the second field is the program's name in parentheses and may hold anything
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return {
      pid,
      parent: Number(fields[1]),
      ticks: Number(fields[11]) + Number(fields[12]),
      ended: Number(fields[13]) + Number(fields[14]),
    }
  } catch {
    return undefined
  }
}
