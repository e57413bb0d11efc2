import { parseArgs } from 'node:util'
import { type Config, ConfigError, parseConfig } from '../config/config.ts'
import { givenSecrets } from '../config/secrets.ts'
import { type Finding, problem, runChecks, worstOf } from '../doctor/finding.ts'
import { type Command, UsageError } from './command.ts'
import { allChecks, describeConfig } from './doctor/checks.ts'
import { formatFinding, redactor } from './doctor/print.ts'

export const doctor: Command = {
  help: `platestack doctor: try every configured service, and say what is wrong and what to do

Usage: platestack doctor [--write] [--timeout SECONDS] [--json]

Looks at the configuration, the data directory, PostgreSQL and its replica (extensions, schema, indexes, triggers, sequences, rights, clock),
the file store, RabbitMQ, Memcached, the Observation Portal and configdb, all in parallel. It changes nothing and may
run beside the archive; the embedded database is only checked while the archive is stopped.

  --write             also store a small file, read it back and delete it
  --timeout SECONDS   how long to wait for each service [10]
  --json              one JSON object on standard output: {"level", "findings": [{"subject", "level", "says", "advice"}]}

A line for each finding: ok, warning (it works, but not as it should, or not for long) or error (something does not work), and what to do.

Exit code 0: no error; 1: at least one error; 2: wrong command line.
`,
  async run(args) {
    const { values } = parseArgs({
      args,
      options: {
        write: { type: 'boolean', default: false },
        timeout: { type: 'string', default: '10' },
        json: { type: 'boolean', default: false },
      },
    })
    const seconds = Number(values.timeout)
    if (!(seconds > 0 && seconds <= 3600)) throw new UsageError('--timeout takes a number of seconds, 3600 at most')
    const redact = redactor(givenSecrets(process.env))
    const findings = (await examine(values.write, seconds * 1000)).map(({ says, advice, ...finding }) => ({
      ...finding,
      says: redact(says),
      ...(advice !== undefined && { advice: redact(advice) }),
    }))
    const level = worstOf(findings)
    if (values.json) process.stdout.write(`${JSON.stringify({ level, findings })}\n`)
    else {
      const coloured = process.stdout.isTTY && process.stdout.hasColors()
      for (const finding of findings) process.stdout.write(formatFinding(finding, coloured))
    }
    return level === 'error' ? 1 : 0
  },
}

async function examine(writes: boolean, withinMs: number): Promise<Finding[]> {
  let config: Config
  try {
    config = parseConfig(process.env)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return error.problems.map(({ variable, value, expected }) =>
      problem(
        'configuration',
        `${variable}${value === null ? ' is wrong' : ` is ${value}`}`,
        `Set it to ${expected}. Nothing else was looked at.`,
      ),
    )
  }
  const { checks, close } = allChecks(config, writes)
  try {
    return [...describeConfig(config, process.env), ...(await runChecks(checks, withinMs, explain))]
  } finally {
    // what hangs is left behind
    await Promise.race([close().catch(() => {}), new Promise((resolve) => setTimeout(resolve, 1_000))])
  }
}

/** Words for an error of a library: its own, and those of what caused it. */
function explain(error: unknown): string {
  const { message, name, cause, code, errors } = error as Error & { code?: unknown; errors?: Error[] }
  const inner = cause instanceof Error ? cause : errors?.[0]
  if (name === 'TimeoutError') return 'no answer in time'
  const own = message || (typeof code === 'string' ? code : String(error))
  return inner ? `${own} (${inner.message || (inner as { code?: string }).code})` : own
}
