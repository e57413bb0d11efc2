import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { UsageError } from '../../src/cli/command.ts'
import { deleteframes as deleteframesCommand } from '../../src/cli/deleteframes.ts'
import { readOptions } from '../../src/cli/purge/read_options.ts'
import { readCriteria, SELECTING } from '../../src/cli/purge/selection.ts'
import type { Pool } from '../../src/database/open.ts'
import { deleteFrames } from '../../src/queries/frames/delete.ts'
import {
  countSelected,
  daysAgo,
  nextSelected,
  type Place,
  type Selection,
  selectionConditions,
  splitSelection,
} from '../../src/queries/frames/purge.ts'
import { poolAt } from '../support/pool.ts'
import { startPostgres, type TestPostgres } from '../support/postgres.ts'
import { launch, onTerminal, platestack, program, type Running, type Variables } from '../support/program.ts'
import { type Choose, chooser } from '../support/random_frames.ts'
import { foldedAndRecounted, right } from '../support/rollups.ts'
import { filesIn, insertFrames, type StoredFrame, storedFrame, writeFiles } from '../support/stored_frames.ts'

let pg: TestPostgres
let sql: Pool
let folder: string
let env: Variables
/** The directory store of a test. */
let root: string

beforeAll(async () => {
  pg = await startPostgres()
})
afterAll(() => pg.stop())
async function openTest(): Promise<() => Promise<void>> {
  folder = mkdtempSync(join(tmpdir(), 'platestack-deleteframes-'))
  root = join(folder, 'files')
  const url = await pg.createDatabase(undefined, 'template')
  sql = poolAt(url, { max: 2 })
  env = {
    DATABASE_URL: url,
    SECRET_KEY: 'a key of the tests',
    PLATESTACK_DATA_DIR: folder,
    FILESTORE_TYPE: 'local',
    FILESYSTEM_STORAGE_ROOT_DIR: root,
  }
  return async () => {
    await sql.end()
    rmSync(folder, { recursive: true, force: true })
  }
}

const names = async () =>
  (await sql<{ basename: string }[]>`select basename from frames order by basename`).map(({ basename }) => basename)
const waiting = async () => Number((await sql`select count(*) from removals`)[0]!.count)
const deleteframes = (...args: string[]) => platestack(['deleteframes', ...args], env)
const HOUR_MS = 3_600_000
const ago = (days: number, hours = 0) => new Date(Date.now() - days * 24 * HOUR_MS - hours * HOUR_MS).toISOString()

describe('which frames', () => {
  beforeEach(openTest)
  const DAYS = ['2023-12-30', '2023-12-31', '2024-01-01', '2024-01-02', '2024-02-29', null]
  const random = ({ pick, next }: Choose, i: number): StoredFrame =>
    storedFrame(`frame-${i}-e00`, {
      observation_date: pick([ago(1, 2), ago(2, -2), ago(30, 2), ago(90, 2), '-infinity', 'infinity', null]),
      observation_day: pick(DAYS),
      configuration_type: pick(['BIAS', 'DARK', 'EXPOSE', 'bias', '']),
      instrument_id: pick(['kb70', 'fa01', 'KB70']),
      proposal_id: pick(['alpha', 'beta', 'calibrate']),
      site_id: pick(['cpt', 'CPT', 'ogg', '']),
      telescope_id: pick(['1m0a', '1M0A', '2m0a']),
      reduction_level: pick([0, 1, 91]),
      request_id: pick([0, 7, 8, null]),
      observation_id: pick([0, 5, 6, null]),
      sizes: Array.from({ length: Math.floor(next() * 3) }, () => pick([10, 1_000_000, null])),
      thumbnails: pick([0, 0, 1]),
    })

  type Keeps = (f: StoredFrame) => boolean
  /** Each option with values, and what the reference's documentation says of it. */
  const OPTIONS: ((choose: Choose) => { args: string[]; keeps: Keeps })[] = [
    ({ pick }) => {
      const days = pick([1, 2, 30, 89])
      const isOld = (date: string | null) =>
        date === '-infinity' || (date !== null && date !== 'infinity' && Date.parse(date) < Date.parse(ago(days)))
      return { args: ['--days-old', String(days)], keeps: (f) => isOld(f.observation_date) }
    },
    ({ pick }) => {
      const [start, end] = pick([
        ['2023-12-31', '2024-01-02'],
        ['2023-01-01', '2025-01-01'],
        ['20231230', '20240101'],
        ['2024-02-28', '2024-03-01'],
      ])
      const [from, to] = [start, end].map((day) => Number(day!.replaceAll('-', ''))) as [number, number]
      const dayOf = (f: StoredFrame) =>
        f.observation_day === null ? null : Number(f.observation_day.replaceAll('-', ''))
      return {
        args: ['--start', start!, '--end', end!],
        keeps: (f) => {
          const day = dayOf(f)
          return day !== null && day > from && day < to
        },
      }
    },
    one('reduction-level', [0, 1, 91], (f) => f.reduction_level),
    one('request-id', [0, 7], (f) => f.request_id),
    one('observation-id', [0, 5], (f) => f.observation_id),
    one('site', ['cpt', 'CPT', 'Cpt', 'ogg'], (f) => f.site_id.toLowerCase()),
    one('telescope', ['1m0a', '1M0a', '2M0A'], (f) => f.telescope_id.toLowerCase()),
    many('include-types', ['BIAS', 'DARK', 'FLAT'], (f) => f.configuration_type, true),
    many('exclude-types', ['BIAS', 'DARK', 'FLAT'], (f) => f.configuration_type, false),
    many('include-proposals', ['alpha', 'calibrate'], (f) => f.proposal_id, true),
    many('exclude-proposals', ['alpha', 'calibrate'], (f) => f.proposal_id, false),
    many('include-instruments', ['kb70', 'fa01'], (f) => f.instrument_id, true),
    many('exclude-instruments', ['kb70', 'fa01'], (f) => f.instrument_id, false),
  ]
  function one(name: string, values: (string | number)[], of: (f: StoredFrame) => string | number | null) {
    return ({ pick, chance }: Choose) => {
      const value = pick(values)
      const wanted = typeof value === 'string' ? value.toLowerCase() : value
      const args = chance(0.5) ? [`--${name}`, String(value)] : [`--${name}=${value}`]
      return { args, keeps: (f: StoredFrame) => of(f) === wanted }
    }
  }
  function many(name: string, values: string[], of: (f: StoredFrame) => string, isIncluded: boolean) {
    return ({ next }: Choose) => {
      const chosen = values.slice(0, 1 + Math.floor(next() * values.length))
      return { args: [`--${name}`, ...chosen], keeps: (f: StoredFrame) => chosen.includes(of(f)) === isIncluded }
    }
  }
  /** Of a frame that was never observed and has no version only its name is known. */
  const isPlaceholder = (f: StoredFrame) => f.observation_date === null && f.sizes.length === 0

  async function selectionOf(args: string[]): Promise<Selection> {
    const { selection, daysOld } = readCriteria(readOptions(args, { flags: [], ...SELECTING }))
    return { ...selection, ...(daysOld !== null && { observedBefore: await daysAgo(sql, daysOld) }) }
  }
  async function walk(selection: Selection): Promise<number[]> {
    const found: number[] = []
    for (const part of splitSelection(selection)) {
      let behind: Place | null = null
      do {
        const next: Place[] = await nextSelected(sql, part, behind, 7, undefined)
        found.push(...next.map(({ id }) => id))
        behind = next.at(-1) ?? null
      } while (behind)
    }
    return found
  }
  /** What a deletion of all frames under these conditions takes, which then does not happen. */
  async function wouldDelete(selection: Selection, ids: readonly number[]): Promise<number[]> {
    class Undo extends Error {}
    let gone: number[] = []
    await sql
      .begin(async (tx) => {
        const all = [...ids]
        gone = (await deleteFrames(tx, all, selectionConditions(tx, selection))).frames.map(({ id }) => id)
        throw new Undo()
      })
      .catch((error) => {
        if (!(error instanceof Undo)) throw error
      })
    return gone
  }
  const byNumber = (a: number, b: number) => a - b

  test('are those that meet every option, and no others: found once each, counted, and deleted', async () => {
    const choose = chooser(20240101)
    const frames = Array.from({ length: 400 }, (_, i) => random(choose, i))
    const ids = await insertFrames(sql, frames)
    const idsOf = (kept: readonly StoredFrame[]) => kept.map(({ basename }) => ids.get(basename)!).sort(byNumber)
    const used = new Map<number, number>()
    let sum = 0
    for (let tried = 0; tried < 80; ) {
      const which = [...OPTIONS.keys()].filter(() => choose.chance(0.16))
      // ages and ranges of days do not go together; exclusions do not go alone
      if ((which.includes(0) && which.includes(1)) || which.every((i) => [8, 10, 12].includes(i))) continue
      tried++
      const options = which.map((i) => OPTIONS[i]!(choose))
      for (const i of which) used.set(i, (used.get(i) ?? 0) + 1)
      const args = options.flatMap(({ args }) => args)
      const kept = frames.filter((f) => !isPlaceholder(f) && options.every(({ keeps }) => keeps(f)))
      const selection = await selectionOf(args)
      const found = await walk(selection)
      expect([...found].sort(byNumber), args.join(' ')).toEqual(idsOf(kept))
      expect((await wouldDelete(selection, [...ids.values()])).sort(byNumber), args.join(' ')).toEqual(idsOf(kept))
      const sizes = kept.flatMap((f) => f.sizes)
      const thumbnails = kept.reduce((n, f) => n + f.thumbnails, 0)
      expect(await countSelected(sql, selection), args.join(' ')).toEqual({
        frames: kept.length,
        files: sizes.length + thumbnails,
        bytes: sizes.reduce<number>((n, size) => n + (size ?? 0), 0),
        unknown_sizes: sizes.filter((size) => size === null).length + thumbnails,
      })
      sum += kept.length
    }
    expect(used.size).toBe(OPTIONS.length)
    expect(sum).toBeGreaterThan(1000)
  })
})

describe('a wrong command line', () => {
  const OF_CRITERIA =
    'say which frames: --days-old, --start and --end, or another option that is not --exclude-…; see platestack deleteframes --help'
  test.each([
    [[], OF_CRITERIA],
    [['--yes'], OF_CRITERIA],
    [['--exclude-types', 'BIAS', '--exclude-proposals', 'alpha'], OF_CRITERIA],
    [['--days-old', '0'], "--days-old is a whole number from 1 to 1000000, and not '0'"],
    [['--days-old', '-3'], "--days-old is a whole number from 1 to 1000000, and not '-3'"],
    [['--days-old', '1.5'], "--days-old is a whole number from 1 to 1000000, and not '1.5'"],
    [['--days-old'], '--days-old needs a value'],
    [['--days-old='], '--days-old needs a value'],
    [['--days-old', '3', '4'], "Unexpected argument '4'; --help lists the options"],
    [['--start', '2024-01-01'], '--start and --end go together: give both, or --days-old'],
    [['--end', '2024-01-01'], '--start and --end go together: give both, or --days-old'],
    [['--days-old', '3', '--end', '2024-01-01'], '--start and --end go together: give both, or --days-old'],
    [
      ['--days-old', '3', '--start', '2024-01-01', '--end', '2024-02-01'],
      '--days-old does not go with --start and --end',
    ],
    [
      ['--start', '2024-01-01', '--end', '2024-01-02'],
      'no day lies between --start 2024-01-01 and --end 2024-01-02: neither belongs to it',
    ],
    [
      ['--start', '2024-03-01', '--end', '2024-01-02'],
      'no day lies between --start 2024-03-01 and --end 2024-01-02: neither belongs to it',
    ],
    [
      ['--start', '9999-12-31', '--end', '2024-01-02'],
      'no day lies between --start 9999-12-31 and --end 2024-01-02: neither belongs to it',
    ],
    [['--start', '2023-02-29', '--end', '2024-01-01'], "--start is a day like 2024-01-31, and not '2023-02-29'"],
    [['--start', 'monday', '--end', '2024-01-01'], "--start is a day like 2024-01-31, and not 'monday'"],
    [['--reduction-level', '-1'], "--reduction-level is a whole number from 0 to 32767, and not '-1'"],
    [['--request-id', '2147483648'], "--request-id is a whole number from 0 to 2147483647, and not '2147483648'"],
    [['--observation-id', 'x'], "--observation-id is a whole number from 0 to 2147483647, and not 'x'"],
    [['--site', ''], '--site needs a value'],
    [['--site', '--telescope', '1m0a'], '--site needs a value'],
    [['--site', 'cpt', '--site', 'ogg'], '--site is given twice'],
    [['--include-types'], '--include-types needs a value'],
    [['--include-types', 'BIAS', ' '], '--include-types needs a value'],
    [
      ['--include-types', 'BIAS', '--include-types', 'DARK'],
      '--include-types is given twice: put all its values behind one',
    ],
    [
      ['--days-old', '3', '--exclude-types', 'BIAS,DARK'],
      "--exclude-types takes its values apart, as --exclude-types ONE OTHER, and not 'BIAS,DARK'",
    ],
    [
      ['--days-old', '3', '--exclude-instruments', 'kb70 fa01'],
      "--exclude-instruments takes its values apart, as --exclude-instruments ONE OTHER, and not 'kb70 fa01'",
    ],
    [['--include-typ', 'BIAS'], "Unknown option '--include-typ'; --help lists the options"],
    [['-s', 'cpt'], "Unknown option '-s'; --help lists the options"],
    [['BIAS'], "Unexpected argument 'BIAS'; --help lists the options"],
    [['--site', 'cpt', '--yes=no'], '--yes takes no value'],
    [['--site', 'cpt', '--yes', '--dry-run'], 'give one of --dry-run and --yes'],
    [['--site', 'cpt'], 'there is no terminal to ask on: add --yes to delete, or --dry-run to look'],
  ])('is refused before anything is opened: %j', async (args, line) => {
    expect(await deleteframesCommand.run(args).catch((error) => error)).toEqual(new UsageError(line))
  })

  test('is one line, exit code 2', async () => {
    const refused = await platestack(['deleteframes', '--site', 'cpt'], { DATABASE_URL: 'postgres://127.0.0.1:1/no' })
    const line = 'there is no terminal to ask on: add --yes to delete, or --dry-run to look'
    expect(refused).toEqual({ code: 2, stdout: '', stderr: `platestack: ${line}\n` })
  })

  test('or a file store that was forgotten, of which files would stay without a trace', async () => {
    onTestFinished(await openTest())
    await insertFrames(sql, [storedFrame('one')])
    const { FILESTORE_TYPE: _, ...without } = env
    expect(await platestack(['deleteframes', '--site', 'cpt', '--yes'], without)).toEqual({
      code: 2,
      stdout: '',
      stderr:
        'platestack: FILESTORE_TYPE is not set: set it, and what goes with it, as for the archive, so that files are removed too (dummy: there are none)\n',
    })
    expect(await names()).toEqual(['one'])
    const dummy = { ...without, FILESTORE_TYPE: 'dummy' }
    expect(await platestack(['deleteframes', '--site', 'cpt', '--yes'], dummy)).toEqual({
      code: 0,
      stdout: 'Deleted: 1 frame with 1 file of 10 bytes.\n',
      stderr: '',
    })
    expect([await names(), await waiting()]).toEqual([[], 0])
  })
})

describe('frames and their files', () => {
  beforeEach(openTest)
  const FRAMES = [
    storedFrame('bias-1', { configuration_type: 'BIAS', sizes: [1_500_000_000, null], thumbnails: 1 }),
    storedFrame('dark-1', { configuration_type: 'DARK', sizes: [600_000_000], site_id: 'CPT' }),
    storedFrame('dark-2', { configuration_type: 'DARK', sizes: [10], site_id: 'ogg' }),
    storedFrame('expose-1', { sizes: [20], thumbnails: 2 }),
  ]
  const SELECTED = ['--site', 'CpT', '--include-types', 'BIAS', 'DARK']
  const AMOUNT = '2 frames with 4 files of at least 2.1 GB (2 of unknown size)'

  async function fill(frames: readonly StoredFrame[] = FRAMES): Promise<Map<string, number>> {
    const ids = await insertFrames(sql, frames)
    writeFiles(root, frames)
    return ids
  }
  async function link(ids: Map<string, number>, one: string, other: string): Promise<void> {
    const pair = [ids.get(one)!, ids.get(other)!]
    await sql`insert into related_frames (from_frame_id, to_frame_id) values (${pair[0]}, ${pair[1]}), (${pair[1]}, ${pair[0]})`
  }
  const remaining = (frames: readonly StoredFrame[]) => {
    const other = mkdtempSync(join(tmpdir(), 'platestack-expected-'))
    const paths = writeFiles(other, frames).sort()
    rmSync(other, { recursive: true })
    return paths
  }

  test('go, and with them headers, links and counts; --dry-run only says how much that is', async () => {
    const ids = await fill()
    await link(ids, 'bias-1', 'expose-1')
    await link(ids, 'expose-1', 'dark-2')
    await sql`insert into headers (frame_id, data) select id, '{}' from frames`
    expect(await foldedAndRecounted(sql)).toEqual(right(4))
    const files = filesIn(root)

    const criteria = 'site CpT, type BIAS or DARK'
    expect(await deleteframes(...SELECTED, '--dry-run')).toEqual({
      code: 0,
      stdout: `${AMOUNT}: ${criteria}\nNothing was deleted (--dry-run).\n`,
      stderr: '',
    })
    const matched = { frames: 2, files: 4, bytes: 2_100_000_000, unknown_sizes: 2 }
    const looked = await deleteframes(...SELECTED, '--dry-run', '--json')
    expect([looked.code, looked.stderr, JSON.parse(looked.stdout)]).toEqual([0, '', { dry_run: true, matched }])
    expect([await names(), filesIn(root)]).toEqual([FRAMES.map(({ basename }) => basename), files])

    expect(await deleteframes(...SELECTED, '--yes')).toEqual({ code: 0, stdout: `Deleted: ${AMOUNT}.\n`, stderr: '' })
    expect(await names()).toEqual(['dark-2', 'expose-1'])
    expect(filesIn(root)).toEqual(remaining(FRAMES.slice(2)))
    expect(await foldedAndRecounted(sql)).toEqual(right(2))
    const [left] =
      await sql`select (select count(*)::int from related_frames) as links, (select count(*)::int from headers) as headers,
      (select count(*)::int from versions) as versions, (select count(*)::int from thumbnails) as thumbnails, (select count(*)::int from removals) as removals`
    expect(left).toEqual({ links: 2, headers: 2, versions: 2, thumbnails: 2, removals: 0 })

    const again = await deleteframes(...SELECTED, '--yes', '--json')
    const nothing = { frames: 0, files: 0, bytes: 0, unknown_sizes: 0 }
    expect([again.code, again.stderr, JSON.parse(again.stdout)]).toEqual([
      0,
      '',
      { dry_run: false, matched: null, deleted: nothing, stopped: false, left: null, files_waiting: 0 },
    ])
    expect((await deleteframes(...SELECTED, '--yes')).stdout).toBe('No frame was deleted.\n')
  })

  test('go from partitions too', async () => {
    await fill([
      ...FRAMES,
      storedFrame('unknown', { sizes: [null], site_id: 'lsc', observation_date: '2019-01-02T03:04:05Z' }),
    ])
    expect((await platestack(['partition'], env)).code).toBe(0)
    expect((await deleteframes(...SELECTED, '--yes')).stdout).toBe(`Deleted: ${AMOUNT}.\n`)
    expect((await deleteframes('--days-old', '1', '--site', 'LSC', '--yes')).stdout).toBe(
      'Deleted: 1 frame with 1 file of unknown size.\n',
    )
    expect([await names(), await waiting()]).toEqual([['dark-2', 'expose-1'], 0])
    expect((await sql`select basename from frame_names order by basename`).map(({ basename }) => basename)).toEqual(
      await names(),
    )
    expect(await foldedAndRecounted(sql)).toEqual(right(2))
  })

  test('of a range of days are those between its ends; frames without a day, and placeholders, stay', async () => {
    const at = (basename: string, observation_day: string | null) => storedFrame(basename, { observation_day })
    await fill([at('before', '2023-12-31'), at('inside', '2024-01-01'), at('after', '2024-01-02'), at('no day', null)])
    await insertFrames(sql, [storedFrame('placeholder', { observation_date: null, observation_day: null, sizes: [] })])
    const { stdout } = await deleteframes('--start', '2023-12-31', '--end', '2024-01-02', '--yes')
    expect(stdout).toBe('Deleted: 1 frame with 1 file of 10 bytes.\n')
    expect(await names()).toEqual(['after', 'before', 'no day', 'placeholder'])
    expect((await deleteframes('--reduction-level', '0', '--yes')).code).toBe(0)
    expect([await names(), filesIn(root)]).toEqual([['placeholder'], []])
  })

  test('are deleted on a terminal once somebody has read how much that is, and typed yes', async () => {
    await fill()
    const args = [...SELECTED, '--exclude-instruments', 'fa01']
    const refused = onTerminal(['deleteframes', ...args], env)
    await refused.printed(/Type yes to go on: /)
    refused.child.stdin.write('y\r')
    expect(await refused.ended).toBe(1)
    expect(refused.stdout).toContain(`${AMOUNT}: site CpT, type BIAS or DARK, instrument other than fa01\r\n`)
    expect(refused.stdout).toContain('Delete them, rows and files, for good? Type yes to go on: ')
    expect(refused.stdout).toContain('platestack: nothing was deleted')

    const left = onTerminal(['deleteframes', ...args], env)
    await left.printed(/Type yes to go on: /)
    left.child.stdin.write('\x03')
    expect(await left.ended).toBe(1)
    expect(await names()).toHaveLength(4)

    const agreed = onTerminal(['deleteframes', ...args], env)
    await agreed.printed(/Type yes to go on: /)
    agreed.child.stdin.write('yes\r')
    expect(await agreed.ended).toBe(0)
    expect(agreed.stdout).toMatch(/\[#{30}\] 2\/2 frames/)
    expect(agreed.stdout).toContain(`Deleted: ${AMOUNT}.`)
    expect(await names()).toEqual(['dark-2', 'expose-1'])

    const json = onTerminal(['deleteframes', ...args, '--json'], env)
    expect(await json.ended).toBe(2)
    expect(json.stdout).toContain('--json asks nothing: add --yes to delete, or --dry-run to look')
  })

  test('that were changed while they were waited for, and are not asked for any more, stay', async () => {
    const ids = await fill()
    const held = await sql.reserve()
    await held`begin`
    await held`update frames set configuration_type = 'EXPOSE' where id = ${ids.get('bias-1')!}`
    const running = launch(process.execPath, [program, 'deleteframes', ...SELECTED, '--yes'], { env })
    await untilBlocked()
    await held`commit`
    held.release()
    expect(await running.ended).toBe(0)
    expect(running.stdout).toBe('Deleted: 1 frame with 1 file of 600.0 MB.\n')
    expect(await names()).toEqual(['bias-1', 'dark-2', 'expose-1'])
    expect(filesIn(root)).toHaveLength(7)
  })

  /** Waits until another writer waits for a lock of this test's. */
  async function untilBlocked(): Promise<void> {
    while (
      (await sql`select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`)
        .length === 0
    )
      await new Promise((resolve) => setTimeout(resolve, 20))
  }

  describe('in many batches', () => {
    const MANY = Array.from({ length: 1200 }, (_, i) => storedFrame(`many-${String(i).padStart(4, '0')}`))
    /** Deletes all, and is held at a frame of the first batch of 1000 or the second until `work` is done. */
    async function heldAt(basename: string, work: (running: Running) => Promise<void>): Promise<Running> {
      const ids = await fill(MANY)
      const held = await sql.reserve()
      await held`begin`
      await held`select from frames where id = ${ids.get(basename)!} for update`
      const running = launch(process.execPath, [program, 'deleteframes', '--site', 'cpt', '--yes'], { env })
      await untilBlocked()
      await work(running)
      await held`rollback`
      held.release()
      await running.ended
      return running
    }

    test('killed in the middle: whole batches are gone, no file is left without a trace, and the next run ends it', async () => {
      const running = await heldAt('many-1100', async ({ child, ended }) => {
        child.kill('SIGKILL')
        await ended
      })
      expect(await running.ended).toBe('SIGKILL')
      // the server notices that its client has gone when it has its lock
      while (
        (
          await sql`select from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and state <> 'idle'`
        ).length
      )
        await new Promise((resolve) => setTimeout(resolve, 20))
      expect((await names()).length).toBe(200)
      const kept = new Set(filesIn(root))
      const traced = new Set((await sql`select path from removals`).map(({ path }) => path))
      const rows = new Set(remaining(MANY.slice(1000)))
      expect([...kept].filter((path) => !rows.has(path) && !traced.has(path))).toEqual([])
      await sql`update removals set next_try = now()`
      expect(await deleteframes('--site', 'cpt', '--yes')).toMatchObject({ code: 0, stderr: '' })
      expect([await names(), filesIn(root), await waiting()]).toEqual([[], [], 0])
    })

    test('at Ctrl-C the batch in hand is finished, and what is left is said', async () => {
      const running = await heldAt('many-0500', async ({ child }) => void child.kill('SIGINT'))
      expect([await running.ended, running.stderr, running.stdout]).toEqual([
        1,
        '',
        'Deleted: 1000 frames with 1000 files of 10.0 kB.\nStopped; left: 200 frames with 200 files of 2.0 kB. Run it again for these.\n',
      ])
      expect([(await names()).length, filesIn(root).length, await waiting()]).toEqual([200, 200, 0])
    })

    test('two at once delete each frame once', async () => {
      await fill(MANY)
      const both = await Promise.all([1, 2].map(() => deleteframes('--days-old', '30', '--yes', '--json')))
      expect(both.map(({ code, stderr }) => [code, stderr])).toEqual([
        [0, ''],
        [0, ''],
      ])
      const deleted = both.map(({ stdout }) => JSON.parse(stdout).deleted.frames as number)
      expect(deleted[0]! + deleted[1]!).toBe(1200)
      expect([await names(), filesIn(root), await waiting()]).toEqual([[], [], 0])
      expect(await foldedAndRecounted(sql)).toEqual(right(0))
    })
  })

  test('guide frames go after a year, but for those of cameras that are kept; as a cron line of the reference archive', async () => {
    const guide = (basename: string, days: number, over: Partial<StoredFrame> = {}) =>
      storedFrame(basename, { configuration_type: 'GUIDE', observation_date: ago(days), ...over })
    await fill([
      guide('cpt-old', 366),
      guide('cpt-young', 364),
      guide('ogg-old', 400, { site_id: 'ogg' }),
      guide('kept-old', 400, { instrument_id: 'ak01' }),
      storedFrame('science-old', { observation_date: ago(400) }),
    ])
    const kept = { ...env, GUIDE_CAMERAS_TO_PERSIST: 'ak01,ak02' }
    const looked = await platestack(['expireguides', '--dry-run'], kept)
    expect(looked.stdout).toMatch(
      /^2 frames with 2 files of 20 bytes: observed up to \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC, type GUIDE, instrument other than ak01 and ak02\nNothing was deleted \(--dry-run\)\.\n$/,
    )
    expect((await platestack(['expireguideframes', '-s', 'OGG'], kept)).stdout).toBe(
      'Deleted: 1 frame with 1 file of 10 bytes.\n',
    )
    expect(await names()).toEqual(['cpt-old', 'cpt-young', 'kept-old', 'science-old'])
    expect(await platestack(['expireguides', '--site', 'all'], kept)).toEqual({
      code: 0,
      stdout: 'Deleted: 1 frame with 1 file of 10 bytes.\n',
      stderr: '',
    })
    expect(await names()).toEqual(['cpt-young', 'kept-old', 'science-old'])
    expect((await platestack(['expireguides', '--sight', 'ogg'], kept)).stderr).toBe(
      "platestack: Unknown option '--sight'; --help lists the options\n",
    )
  })
})
