import type { Sql } from '../database/sql.ts'
import { type ServerFacts, serverFacts } from '../queries/doctor.ts'
import { clockFindings } from './clock.ts'
import { type Finding, ok, problem, warning } from './finding.ts'

/** The oldest PostgreSQL that the archive is tested with. */
const OLDEST = 130_000

/** How a connection to a server came about. */
export interface Connected {
  /** The server's name in findings, without user and password. */
  name: string
  /** Whether it is reached without a network. */
  isLocal: boolean
  /** What a pooler in front of it did not take; undefined where that was not tried. */
  pooler?: { dropsPrepared?: boolean }
}

/** Looks at a database server by one connection: version, extensions, encoding, TLS, poolers, clock. */
export async function checkServer(sql: Sql, subject: 'database' | 'replica', connected: Connected): Promise<Finding[]> {
  const began = Date.now()
  const facts = await serverFacts(sql)
  const took = Date.now() - began
  const { name } = connected
  const found: Finding[] = [
    ok(
      subject,
      `${name} answers: PostgreSQL ${facts.version}${facts.postgis === null ? '' : `, PostGIS ${facts.postgis}`}, as ${facts.role}`,
    ),
    ...clockFindings(subject, 'the database', facts.clock * 1000, began, took),
  ]
  if (facts.version_number < OLDEST)
    found.push(
      problem(
        subject,
        `PostgreSQL ${facts.version} is older than the archive supports`,
        'Upgrade it to PostgreSQL 13 or later.',
      ),
    )
  if (subject === 'database') found.push(...describeWriter(facts))
  return [...found, ...describeConnection(facts, subject, connected)]
}

function describeWriter({ encoding, postgis, pg_trgm, is_replica }: ServerFacts): Finding[] {
  const found: Finding[] = []
  if (is_replica)
    found.push(
      problem(
        'database',
        'the writer is a replica: nothing can be written',
        'Set DB_HOST (or DATABASE_URL) to the primary, or promote this server.',
      ),
    )
  if (encoding !== 'UTF8')
    found.push(
      problem(
        'database',
        `the database is in ${encoding}: names in other alphabets are refused`,
        "Restore a dump of it into a database made with: create database … encoding 'UTF8' template template0",
      ),
    )
  if (postgis === null)
    found.push(
      problem(
        'database',
        'the extension PostGIS is missing',
        'Install it (Debian: the package postgresql-NN-postgis-3). platestack migrate creates it where its role may; otherwise let a superuser run "create extension postgis" in this database.',
      ),
    )
  if (pg_trgm === null)
    found.push(
      warning(
        'database',
        'the extension pg_trgm is missing: searches by part of a name read every frame',
        'Run platestack migrate, which creates it where its role may; otherwise let a superuser run "create extension pg_trgm" in this database first.',
      ),
    )
  return found
}

function describeConnection(
  { is_encrypted, statement_timeout }: ServerFacts,
  subject: 'database' | 'replica',
  { isLocal, pooler }: Connected,
): Finding[] {
  const found: Finding[] = []
  if (!is_encrypted && !isLocal)
    found.push(
      warning(
        subject,
        'the connection is not encrypted',
        'Set PGSSLMODE=verify-full and PGSSLROOTCERT, or see that nobody else reaches the network in between. (Behind a pooler this is the connection from there to the server.)',
      ),
    )
  else if (is_encrypted) found.push(ok(subject, 'the connection is encrypted'))
  // a pooler may drop the setting silently, and the role may have one of its own
  if (pooler && statement_timeout === '0')
    found.push(
      warning(
        subject,
        'a pooler in front of the database drops the time-outs of statements',
        'Set one for the role instead: alter role … set statement_timeout = 30000. Then let the pooler connect anew (in pgbouncer: RECONNECT).',
      ),
    )
  if (pooler?.dropsPrepared)
    found.push(
      warning(
        subject,
        'a pooler in front of the database does not keep prepared statements: quick ones take longer',
        'Use pgbouncer 1.21 or later with max_prepared_statements set, or DB_PREPARE=never to say that it is meant so.',
      ),
    )
  return found
}
