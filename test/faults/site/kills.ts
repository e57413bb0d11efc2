import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { checkAfterwards } from './checks.ts'
import { startIngester } from './ingester.ts'
import { Ledger } from './ledger.ts'
import { listenForFrames } from './listener.ts'
import { downloadOn, questionsOf, readOn } from './readers.ts'
import type { Known } from './records.ts'
import type { Part, Site } from './site.ts'
import { type Going, Writers } from './writers.ts'

/** How long each part is let alone before it is killed, and how long it is away. */
export interface Times {
  steadyMs: number
  awayMs: number
}

/** What happened while one part was away. */
export interface Outcome {
  part: string
  requests: number
  /** Errors by kind of request. */
  errors: Record<string, number>
  /** Seconds from its return to the last error; null: errors did not end. */
  recovery_s: number | null
}

/** How long after a part is back everything must work again. */
const RECOVERY_MS = 60_000

/**
 * Kills the parts of a site in turn under steady reads, writes, downloads and ingest.
 * @param token a superuser's
 * @param known the frames that are there
 * @param report gets each part's outcome when it is over
 * @returns what was wrong, and what holds afterwards
 */
export async function killInTurn(
  site: Site,
  token: string,
  known: readonly Known[],
  parts: readonly Part[],
  times: Times,
  report: (outcome: Outcome) => void,
): Promise<{ lies: string[]; holds: string[] }> {
  const folder = mkdtempSync(join(tmpdir(), 'platestack-faults-'))
  const ledger = new Ledger()
  const listener = await listenForFrames(site.brokerUrl, 'archived_fits')
  const writers = new Writers(site.url, token, ledger)
  const ingester = startIngester(site, folder, token, ledger)
  const going: Going = { on: true }
  const questions = questionsOf(known, token)
  const load = Promise.all([
    ...Array.from({ length: 3 }, () => writers.create(going)),
    writers.change(going),
    writers.remove(going),
    ingester.observe(going),
    ...Array.from({ length: 4 }, () => readOn(site.url, questions, ledger, going)),
    downloadOn(site.url, known, token, ledger, going),
  ])
  try {
    for (const part of parts) report(await killOnce(part, ledger, times))
    going.on = false
    await load
    await ingester.finish()
    const holds = await checkAfterwards(site, { known, writers, ingester, listener, token }, ledger)
    return { lies: ledger.lies, holds }
  } finally {
    going.on = false
    ingester.stop()
    await listener.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function killOnce(part: Part, ledger: Ledger, { steadyMs, awayMs }: Times): Promise<Outcome> {
  await pause(steadyMs)
  ledger.begin()
  await part.kill()
  await pause(awayMs)
  await part.start()
  const back = Date.now()
  const recovery_s = await untilWell(ledger, back)
  const tallies = [...ledger.tallies].filter(([, { asked }]) => asked > 0)
  const errors = tallies.flatMap(([kind, tally]) =>
    [...tally.errors].map(([word, count]) => [`${kind} ${word}`, count] as const),
  )
  return {
    part: part.name,
    requests: tallies.reduce((sum, [, { asked }]) => sum + asked, 0),
    errors: Object.fromEntries(errors),
    recovery_s,
  }
}

/** Waits until every kind of request has succeeded since it last failed, and nothing has failed for a while. */
async function untilWell(ledger: Ledger, back: number): Promise<number | null> {
  const QUIET_MS = 1500
  for (; Date.now() < back + RECOVERY_MS; await pause(50)) {
    const tallies = [...ledger.tallies.values()]
    const lastFailed = Math.max(back, ...tallies.map(({ failedAt }) => failedAt))
    const isWell = tallies.every(({ succeededAt, failedAt }) => succeededAt > Math.max(back, failedAt))
    if (isWell && Date.now() > lastFailed + QUIET_MS) return (lastFailed - back) / 1000
  }
  return null
}
