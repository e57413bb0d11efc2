import { parseArgs } from 'node:util'
import { parseConfig } from '../config/config.ts'
import { counted } from '../counted.ts'
import type { Pool } from '../database/open.ts'
import * as outbox from '../queries/outbox.ts'
import { escapeForTerminal } from '../runtimes/node/escape_for_terminal.ts'
import { openLog } from '../runtimes/node/log.ts'
import { type Command, CommandError, UsageError } from './command.ts'
import { numberOf } from './ingest/options.ts'
import { openMigrated } from './open.ts'
import { openPrompt } from './prompt.ts'
import { formatTable } from './table.ts'

const LIMIT = 100
/** Messages that are dropped in one statement: each is logged before the next are. */
const BATCH = 500
const MAX_ID = 2n ** 63n - 1n

const OPTIONS = {
  dead: { type: 'boolean', default: false },
  all: { type: 'boolean', default: false },
  limit: { type: 'string' },
  yes: { type: 'boolean', default: false },
  'dry-run': { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
} as const

type Values = { [K in 'dead' | 'all' | 'yes' | 'dry-run' | 'json']: boolean } & { limit?: string | undefined }

/** What each action takes beside --json. */
const TAKES: Record<string, readonly (keyof Values)[]> = {
  list: ['dead', 'limit'],
  retry: ['dead', 'all', 'dry-run'],
  drop: ['dead', 'yes', 'dry-run'],
}

export const outboxCommand: Command = {
  help: `platestack outbox: messages about new frames that have not been sent yet, or that the broker refuses

Usage: platestack outbox [list] [--dead] [--limit N] [--json]
       platestack outbox retry ID... | --dead | --all  [--dry-run] [--json]
       platestack outbox drop ID... | --dead  [--yes] [--dry-run] [--json]

list    dead letters first, then the others in the order in which they are tried. waiting: sent as soon as the broker takes it;
        refused: the broker takes other messages but not this one, and is tried again for a day; dead: given up.
retry   makes messages due now. A running archive sends them within seconds; a stopped one when it starts.
drop    deletes messages that need not be sent, after asking. Each is logged on standard error with its frame and its text.

  ID          the number that list shows
  --dead      the dead letters
  --all       dead letters and all messages that wait for a later try; may be repeated at any time
  --limit N   how many messages to list [${LIMIT}]
  --yes       do not ask
  --dry-run   only say what would be done
  --json      one JSON object on standard output

Only the database is needed; archive and broker may run or not. Messages that are being sent at the moment are left alone.

Exit code 0: done; 1: there are dead letters (list), an ID was not found (retry, drop), or it failed; 2: wrong command line or
configuration.
`,
  async run(args) {
    const { values, positionals } = parseArgs({ args, options: OPTIONS, allowPositionals: true })
    const [action = 'list', ...ids] = positionals
    check(action, ids, values)
    const limit = numberOf('limit', values.limit ?? String(LIMIT), 1, 1_000_000, /^\d+$/)
    const config = parseConfig(process.env)
    const { writer, close } = await openMigrated(config, (line) => void process.stderr.write(`${line}\n`))
    try {
      if (action === 'list') return await list(writer, limit, values)
      const which = values.dead ? 'dead' : values.all ? 'held_up' : { ids }
      return await (action === 'retry' ? retry : drop)(writer, which, values)
    } finally {
      await close()
    }
  },
}

function check(action: string, ids: readonly string[], values: Values): void {
  const takes = TAKES[action]
  if (!takes) throw new UsageError(`'${action}' is none of list, retry and drop; see platestack outbox --help`)
  for (const name of Object.keys(values) as (keyof Values)[])
    if (name !== 'json' && values[name] && !takes.includes(name)) throw new UsageError(`${action} takes no --${name}`)
  if (action === 'list' && ids.length) throw new UsageError('list takes no ID')
  for (const id of ids)
    if (!/^\d{1,19}$/.test(id) || BigInt(id) > MAX_ID) throw new UsageError(`'${id}' is not the ID of a message`)
  const ways = [ids.length > 0, values.dead, values.all].filter(Boolean).length
  if (action !== 'list' && ways !== 1)
    throw new UsageError(`name the messages to ${action}: by ID, or by --dead${action === 'retry' ? ' or --all' : ''}`)
}

const say = (line: string): void => void process.stdout.write(`${line}\n`)

async function list(sql: Pool, limit: number, { dead: onlyDead, json }: Values): Promise<number> {
  const [{ waiting, dead, oldest }, found] = [
    await outbox.count(sql),
    await outbox.list(sql, limit, onlyDead ? 'dead' : undefined),
  ]
  const code = dead ? 1 : 0
  if (json) {
    say(JSON.stringify({ waiting, dead, oldest_waiting: oldest, messages: found }))
    return code
  }
  const since = oldest === null ? '' : `, the oldest since ${oldest}`
  say(`${counted(waiting, 'message')} waiting${since}; ${counted(dead, 'dead letter')}`)
  const lines = found.map((m) => [
    ...[m.id, m.state, m.basename ?? '-', m.created, String(m.attempts), m.next_try ?? '-', m.error ?? ''],
  ])
  if (lines.length) for (const line of formatTable(HEADINGS, lines)) say(escapeForTerminal(line))
  const shown = onlyDead ? dead : waiting + dead
  if (found.length < shown) say(`and ${shown - found.length} more (--limit)`)
  return code
}

const HEADINGS = ['ID', 'STATE', 'FRAME', 'CREATED', 'TRIES', 'NEXT TRY', 'LAST ERROR']

async function retry(sql: Pool, which: outbox.Which, { 'dry-run': dryRun, json }: Values): Promise<number> {
  const asked = typeof which === 'string' ? null : new Set(which.ids).size
  const retried = dryRun ? (await outbox.idsOf(sql, which)).length : await outbox.retry(sql, which)
  if (json) say(JSON.stringify({ retried, dry_run: dryRun }))
  else say(describeRetried(retried, dryRun))
  return tellMissing(asked, retried)
}

function describeRetried(count: number, isDryRun: boolean): string {
  if (count === 0) return 'Nothing to retry: no message is waiting for a later try.'
  return `${counted(count, 'message')} ${isDryRun ? 'would be' : count === 1 ? 'is' : 'are'} due now`
}

async function drop(sql: Pool, which: outbox.Which, values: Values): Promise<number> {
  const asked = typeof which === 'string' ? null : new Set(which.ids).size
  const ids = await outbox.idsOf(sql, which)
  let dropped = 0
  if (!values['dry-run'] && ids.length) {
    if (!values.yes) await confirm(ids.length)
    const log = openLog()
    for (let i = 0; i < ids.length; i += BATCH)
      for (const { message, state, attempts, next_try, ...told } of await outbox.drop(sql, ids.slice(i, i + BATCH))) {
        log.warn('a message was dropped from the outbox', { ...told, content: message })
        dropped++
      }
  }
  const count = values['dry-run'] ? ids.length : dropped
  if (values.json) say(JSON.stringify({ dropped: count, dry_run: values['dry-run'] }))
  else say(`${counted(count, 'message')} ${values['dry-run'] ? 'would be' : count === 1 ? 'was' : 'were'} dropped`)
  return tellMissing(asked, count)
}

async function confirm(count: number): Promise<void> {
  if (!process.stdin.isTTY || !process.stdout.isTTY)
    throw new UsageError(`there is no terminal to ask on whether to drop ${counted(count, 'message')}: use --yes`)
  const terminal = openPrompt('nothing was dropped')
  try {
    const answer = await terminal.ask(
      `Drop ${counted(count, 'message')}, so that nobody will ever receive ${count === 1 ? 'it' : 'them'}? Type yes to go on: `,
    )
    if (answer.trim() !== 'yes') throw new CommandError('nothing was dropped')
  } finally {
    terminal.close()
  }
}

function tellMissing(asked: number | null, found: number): number {
  if (asked === null || found === asked) return 0
  process.stderr.write(
    `platestack: ${counted(asked - found, 'message')} of those named ${asked - found === 1 ? 'is' : 'are'} no longer in the outbox, or being sent right now\n`,
  )
  return 1
}
