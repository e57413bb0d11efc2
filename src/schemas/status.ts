import { z } from '@hono/zod-openapi'
import { serviceState } from './archive_answers.ts'

const text = (description: string, example: string) => z.string().openapi({ description, example })
const number = (description: string, example: number) => z.int().openapi({ format: 'int64', description, example })
const fraction = (description: string, example: number) =>
  z.number().openapi({ format: 'double', description, example })

const queue = {
  waiting: number('How many wait; the count ends at 10 000.', 0),
  oldest_s: fraction('For how many seconds the first has waited.', 0),
}

const databaseState = z
  .object({
    outbox: z
      .object({ ...queue, dead: number('How many more were given up, and wait for an operator.', 0) })
      .openapi({ description: 'Messages to be sent.' }),
    removals: z.object(queue).openapi({ description: 'Files to be removed.' }),
    rollups: z
      .object({
        built: z.boolean().openapi({ description: 'Whether frames are counted at all.', example: true }),
        waiting: number('How many changes are not counted yet; it ends at 10 000.', 0),
      })
      .openapi({ description: 'Frames to be counted.' }),
    frames: z
      .object({ estimated: number('About how many frames there are.', 2_000_000) })
      .openapi({ description: 'The frames.' }),
  })
  .openapi('DatabaseState', { description: 'What waits in the database. Absent or null: it could not be read.' })

const finding = z
  .object({
    subject: text('What it is about.', 'database'),
    level: z.enum(['ok', 'warning', 'error']).openapi({ description: 'How bad it is.', example: 'ok' }),
    says: text('What was found.', 'all indexes are there'),
    advice: text('What to do about it.', 'Run platestack migrate.').optional(),
  })
  .openapi('Finding', { description: 'One thing that `platestack doctor` looks at.' })

const logged = z
  .object({
    level: z.enum(['warning', 'error']).openapi({ description: 'How bad it is.', example: 'warning' }),
    message: text('What was logged.', 'S3 failed'),
    times: number('How often.', 3),
    first: text('When first.', '2026-01-02T03:04:05.678Z'),
    last: text('When last.', '2026-01-02T03:05:05.678Z'),
    fields: z
      .record(z.string(), z.unknown())
      .openapi({ description: 'What was logged with it the last time.', example: {} }),
  })
  .openapi('LoggedProblem', { description: 'A warning or an error of the log.' })

const outage = z
  .object({ now: number('How many last.', 0), begun: number('How many have begun.', 1) })
  .openapi('OutageCount', { description: 'The outages of one service since the process began.' })

const lag = z
  .object({
    is_used: z.boolean().openapi({ description: 'Whether reads go there.', example: true }),
    lag_s: fraction('How many seconds it is behind the writer at most; null: not known.', 0.1).nullable(),
    reason: text('Why it is left alone.', 'it cannot be reached').nullable(),
  })
  .openapi('ReplicaState', { description: 'What is known of the replica.' })

export const status = z
  .object({
    version: text('The release.', '1.0.0'),
    runtime: text('What runs it.', 'Node 24.1.0'),
    pid: number('Its number in the system.', 4711).nullable(),
    started: text('When it was started.', '2026-01-02T03:04:05.678Z'),
    uptime_s: number('How many seconds ago that was.', 86_400),
    workers: number('How many processes serve.', 4),
    worker: number('Which of them this is, from 1.', 1),
    status: z
      .enum(['ready', 'unavailable', 'draining'])
      .openapi({ description: 'As of `/health/ready/`.', example: 'ready' }),
    services: z.record(z.string(), serviceState).openapi({
      description: 'The services that are configured.',
      example: { database: { ok: true, needed: true, ms: 2 } },
    }),
    configuration: z.record(z.string(), z.string()).openapi({
      description: 'The variables that are set; of secrets, that they are.',
      example: { DB_HOST: 'db.example' },
    }),
    database: databaseState.nullable(),
    verification: z
      .record(z.string(), z.unknown())
      .nullable()
      .openapi({ description: 'How far stored files have been verified: by `platestack verify`.', example: {} }),
    replica: lag.nullable(),
    outages: z
      .record(z.string(), outage)
      .openapi({ description: 'By service.', example: { s3: { now: 0, begun: 1 } } }),
    problems: z.array(logged).openapi({ description: 'The last warnings and errors of its log.' }),
    findings: z.array(finding).openapi({ description: 'What doctor finds of the database.' }),
  })
  .openapi('Status')
