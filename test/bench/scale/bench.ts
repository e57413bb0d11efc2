import { isDeepStrictEqual } from 'node:util'
import type { Closers } from '../closing.ts'
import { median } from '../median.ts'
import { pgbench } from '../pgbench.ts'
import type { Sent } from '../wire.ts'
import { type Archive, archiveAt, type OwnArchive, openArchive, openTapped, pathsFor } from './archive.ts'
import { anonymous, openPeople } from './askers.ts'
import { checkAnswers, checkHidden } from './check.ts'
import { build, checkPrepared, readOnly, startDatabase } from './database.ts'
import { MACHINE } from './goals.ts'
import { machineSpeed } from './machine.ts'
import { moreScenarios } from './more.ts'
import { heading, line, type Measured } from './report.ts'
import type { Scenario } from './requests.ts'
import { scenariosOf } from './scenarios.ts'
import { type Loaded, loadByWrk } from './wrk.ts'

export interface Options {
  frames: number
  seconds: number
  concurrency: number
  /** Processes of the archive that is measured. */
  workers: number
  rounds: number
  /** A prepared database in place of one that is filled here. */
  database?: string
  /** A prepared one with a tenth of its frames, for the growth. */
  tenth?: string
  migrate: boolean
  growth: boolean
  beside?: string
  only?: string
  all: boolean
  /** Ends before the measurements. */
  check: boolean
  unchecked: boolean
}

type Say = (line: string) => void

/** Builds or opens the databases, checks the answers, and measures; what it starts is added to `closers`. */
export async function benchScale(options: Options, say: Say, closers: Closers): Promise<void> {
  if (chosen({ sampled: [], frames: 0 }, options).length === 0) throw new Error(`there is no scenario ${options.only}`)
  const { own, tenth } = await openArchives(options, say, closers)
  const scenarios = chosen(own, options)
  if (!options.unchecked) await check(own, scenarios, say, closers)
  if (options.check) return

  const beside = options.beside === undefined ? undefined : archiveAt(options.beside)
  const tapped = await openTapped(own.url)
  closers.unshift(tapped.close)
  const columns = { beside: beside !== undefined, growth: tenth !== undefined }
  say('')
  say(
    `${own.frames} frames, ${options.concurrency} connections, medians of ${options.rounds} rounds of ${options.seconds} s`,
  )
  if (own.frames !== MACHINE.frames) say(`reference, goal and what is required are for ${MACHINE.frames} frames`)
  say(heading(columns))
  const smaller = tenth && new Map(chosen(tenth, options).map((scenario) => [scenario.name, scenario]))
  for (const scenario of scenarios) {
    const other = tenth && { archive: tenth, scenario: smaller!.get(scenario.name)! }
    if (beside) await compareArchives(own, beside, scenario, say)
    const statements = await tapped.statements(scenario)
    const measured = await measure(own, scenario, statements, beside, other, options)
    say(line(measured, columns))
    for (const [whose, failed] of [
      ['', measured.own.failed],
      [' beside', measured.beside?.failed ?? 0],
    ] as const)
      if (failed) say(`  answers${whose} that were errors or did not come: ${failed} a round`)
  }
}

async function openArchives(
  { database, tenth, migrate, growth, frames, workers }: Options,
  say: Say,
  closers: Closers,
): Promise<{ own: OwnArchive; tenth?: OwnArchive }> {
  const open = async (url: string, n: number) => {
    const archive = await openArchive(url, n, workers)
    closers.unshift(archive.close)
    return archive
  }
  if (database !== undefined) {
    const own = await open(database, await checkPrepared(database, migrate, say))
    return tenth === undefined ? { own } : { own, tenth: await open(tenth, await checkPrepared(tenth, migrate, say)) }
  }
  const postgres = await startDatabase()
  closers.unshift(() => postgres.stop())
  const own = await open(await build(postgres, frames, say), frames)
  const n = Math.floor(frames / 10)
  return growth ? { own, tenth: await open(await build(postgres, n, say), n) } : { own }
}

const chosen = ({ sampled, frames }: Pick<OwnArchive, 'sampled' | 'frames'>, { all, only }: Options): Scenario[] =>
  [...scenariosOf(sampled, frames), ...(all || only !== undefined ? moreScenarios(sampled) : [])].filter(
    ({ name }) => only === undefined || name === only,
  )

async function check(own: OwnArchive, scenarios: readonly Scenario[], say: Say, closers: Closers): Promise<void> {
  const people = await openPeople(own.url, own.sql)
  closers.unshift(people.close)
  const askers = [anonymous(own.get), ...people.askers]
  for (const scenario of scenarios) {
    const { requests, found } = await checkAnswers(own.sql, scenario, askers)
    say(`${scenario.name}: ${requests} answers are right, with ${found} rows`)
  }
  await checkHidden(own.sql, askers)
}

/** Says where another archive answers otherwise; it may know less, or have other frames. */
async function compareArchives(own: Archive, beside: Archive, { name, requests }: Scenario, say: Say): Promise<void> {
  const { path } = requests[0]!
  const [here, there] = [await own.get(path), await beside.get(path)]
  const content = ({ status, body }: typeof here) => {
    const { results, id, sites } = (body ?? {}) as { results?: { id: number }[]; id?: number; sites?: string[] }
    return { status, ids: results?.map((frame) => frame.id), id, sites }
  }
  if (!isDeepStrictEqual(content(here), content(there)))
    say(`${name}: ${beside.base} answers ${path} otherwise (${there.status})`)
}

async function measure(
  own: OwnArchive,
  scenario: Scenario,
  statements: Sent[][],
  beside: Archive | undefined,
  tenth: { archive: OwnArchive; scenario: Scenario } | undefined,
  { concurrency, seconds, rounds }: Options,
): Promise<Measured> {
  const load = (archive: Archive, paths: string[]) => loadByWrk(archive.base, paths, { concurrency, seconds })
  const paths = await pathsFor(own, scenario)
  const besidePaths = beside && (await pathsFor(beside, scenario))
  const tenthPaths = tenth && (await pathsFor(tenth.archive, tenth.scenario))
  const taken: { own: Loaded; pgbench: number; machine: number; tenth?: Loaded; beside?: Loaded }[] = []
  for (let round = 0; round < rounds; round++) {
    // who comes second finds the machine warm: they take turns at that too
    const first = beside && round % 2 ? await load(beside, besidePaths!) : undefined
    const here = await load(own, paths)
    await own.settle()
    const there = first ?? (beside && (await load(beside, besidePaths!)))
    const small = tenth && (await load(tenth.archive, tenthPaths!))
    await tenth?.archive.settle()
    const bare = statements.length ? await pgbench(readOnly(own.url), statements, concurrency, seconds) : Number.NaN
    const machine = await machineSpeed(own.url, own.sampled, concurrency)
    taken.push({ own: here, pgbench: bare, machine, tenth: small, beside: there })
  }
  const of = (pick: (round: (typeof taken)[number]) => number) => median(taken.map(pick))
  const figures = (pick: (round: (typeof taken)[number]) => Loaded): Loaded => ({
    perSecond: of((r) => pick(r).perSecond),
    failed: of((r) => pick(r).failed),
    p50: of((r) => pick(r).p50),
    p99: of((r) => pick(r).p99),
  })
  return {
    name: scenario.name,
    own: figures((r) => r.own),
    pgbench: of((r) => r.pgbench),
    ratio: of((r) => r.own.perSecond / r.pgbench),
    machine: of((r) => r.machine),
    ...(tenth ? { tenth: { p50: of((r) => r.tenth!.p50), growth: of((r) => r.own.p50 / r.tenth!.p50) } } : {}),
    ...(beside
      ? { beside: { ...figures((r) => r.beside!), ratio: of((r) => r.own.perSecond / r.beside!.perSecond) } }
      : {}),
  }
}
