import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseConfig, type TlsConfig } from '../../src/config/config.ts'
import { openPostgres } from '../../src/database/open.ts'
import { openPgSocket } from '../../src/runtimes/node/pg_socket.ts'
import { openDatabase } from '../../src/runtimes/node/server.ts'
import { poolAt } from '../support/pool.ts'
import { startPostgres, type TestPostgres } from '../support/postgres.ts'
import { unprivileged } from '../support/unprivileged.ts'

// A server that takes connections over TLS alone, with a certificate for `localhost` signed by an authority of the test's own.

const folder = mkdtempSync(join(tmpdir(), 'platestack-tls-'))
const path = (name: string) => join(folder, name)
let pg: TestPostgres

const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' })
function makeCertificates(): void {
  for (const ca of ['ca', 'other-ca'])
    openssl(
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-days',
      '2',
      '-subj',
      `/CN=${ca}`,
      '-keyout',
      `${ca}.key`,
      '-out',
      `${ca}.crt`,
    )
  openssl(
    'req',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-subj',
    '/CN=localhost',
    '-keyout',
    'server.key',
    '-out',
    'server.csr',
  )
  writeFileSync(path('names'), 'subjectAltName=DNS:localhost\n')
  openssl(
    'x509',
    '-req',
    '-in',
    'server.csr',
    '-CA',
    'ca.crt',
    '-CAkey',
    'ca.key',
    '-CAcreateserial',
    '-days',
    '2',
    '-extfile',
    'names',
    '-out',
    'server.crt',
  )
}

beforeAll(async () => {
  makeCertificates()
  pg = await startPostgres()
  const sql = poolAt(pg.url('postgres'))
  const [{ data }] = (await sql`select current_setting('data_directory') as data`) as unknown as [{ data: string }]
  const owner = unprivileged()
  for (const name of ['server.key', 'server.crt']) {
    writeFileSync(join(data, name), readFileSync(path(name)))
    if (owner.uid !== undefined) chownSync(join(data, name), owner.uid, owner.gid!)
    chmodSync(join(data, name), 0o600)
  }
  writeFileSync(
    join(data, 'pg_hba.conf'),
    'hostssl all all 127.0.0.1/32 trust\nhostssl all all ::1/128 trust\nlocal all all trust\n',
  )
  await sql.unsafe(`alter system set ssl = on`)
  await sql`select pg_reload_conf()`
  await sql.end()
})
afterAll(async () => {
  await pg?.stop()
  rmSync(folder, { recursive: true, force: true })
})

/** What a connection with these settings of TLS is: encrypted, or the error that it ends with. */
async function connection(tls: Partial<TlsConfig>, host = '127.0.0.1', port?: number): Promise<unknown> {
  const at = { hostname: host, ...(port !== undefined && { port: String(port) }) }
  const url = Object.assign(new URL(pg.url('postgres')), at).href
  const target = { url, tls: { mode: 'prefer', rootCert: null, cert: null, key: null, ...tls } as TlsConfig }
  const sql = openPostgres(target, { max: 1, openSocket: openPgSocket })
  try {
    const [row] = await sql`select ssl from pg_stat_ssl where pid = pg_backend_pid()`
    return row!.ssl ? 'encrypted' : 'plain'
  } catch (error) {
    return (error as { code?: string }).code
  } finally {
    await sql.end({ timeout: 1 })
  }
}

test('prefer, which nobody has to ask for, and require are encrypted; disable is refused by the server', async () => {
  expect(await connection({})).toBe('encrypted')
  expect(await connection({ mode: 'require' })).toBe('encrypted')
  expect(await connection({ mode: 'disable' })).toBe('28000')
})

test('verify-ca checks who signed, verify-full the name too', async () => {
  const [ours, other] = [{ rootCert: path('ca.crt') }, { rootCert: path('other-ca.crt') }]
  expect(await connection({ mode: 'verify-ca', ...ours })).toBe('encrypted')
  expect(await connection({ mode: 'verify-ca', ...other })).toMatch(/SIGNATURE|ISSUER|SELF_SIGNED|VERIFY/)
  // a root certificate makes `require` check it, as in libpq
  expect(await connection({ mode: 'require', ...other })).toMatch(/SIGNATURE|ISSUER|SELF_SIGNED|VERIFY/)
  expect(await connection({ mode: 'verify-full', ...ours }, 'localhost')).toBe('encrypted')
  expect(await connection({ mode: 'verify-full', ...ours })).toBe('ERR_TLS_CERT_ALTNAME_INVALID')
  expect(await connection({ mode: 'verify-full', ...other }, 'localhost')).toMatch(
    /SIGNATURE|ISSUER|SELF_SIGNED|VERIFY/,
  )
})

test('a certificate that cannot be read is an error of that connection', async () => {
  expect(await connection({ mode: 'verify-ca', rootCert: path('gone.crt') })).toBe('TLS_FILE')
  // nothing is verified, so nothing is read
  expect(await connection({ mode: 'prefer', rootCert: path('gone.crt') })).toBe('encrypted')
})

test('a server without TLS is told apart from one that is away, where TLS is asked for', async () => {
  const server = createServer((socket) => void socket.on('error', () => {}).once('data', () => socket.write('N')))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const ours = { rootCert: path('ca.crt') }
  try {
    expect(await connection({ mode: 'require' }, '127.0.0.1', port)).toBe('TLS_REFUSED')
    expect(await connection({ mode: 'verify-full', ...ours }, 'localhost', port)).toBe('TLS_REFUSED')
  } finally {
    server.close()
  }
})

test('a cancellation goes the same way', async () => {
  const target = { url: pg.url('postgres'), tls: { mode: 'require', rootCert: null, cert: null, key: null } as const }
  const sql = openPostgres(target, { max: 1, openSocket: openPgSocket, deadlineMs: 300 })
  await expect(Promise.resolve(sql`select pg_sleep(30)`)).rejects.toMatchObject({ code: 'QUERY_DEADLINE' })
  await sql.end()
  const other = openPostgres(target, { max: 1, openSocket: openPgSocket })
  const left = () => other`
    select from pg_stat_activity where query like '%pg_sleep(30)%' and state = 'active' and pid <> pg_backend_pid()`
  await expect.poll(left).toEqual([])
  await other.end()
})

test('the reader is asked over TLS as the writer is, by its own name', async () => {
  const address = new URL(pg.url('postgres'))
  const opened = async (DB_HOST_READER: string) => {
    const logged: unknown[] = []
    const note = (_: string, fields?: Record<string, unknown>) => void logged.push(fields)
    const config = parseConfig({
      DB_HOST: 'localhost',
      DB_PORT: address.port,
      DB_NAME: 'postgres',
      DB_HOST_READER,
      PGSSLMODE: 'verify-full',
      PGSSLROOTCERT: path('ca.crt'),
    })
    const database = await openDatabase(config, { info: note, warn: note, error: note })
    const [row] = await database.reader`select ssl from pg_stat_ssl where pid = pg_backend_pid()`
    return { row, logged, database }
  }
  // the same server under another name, for which its certificate is not; a reader that is the writer is none
  const wrong = await opened('127.0.0.1')
  expect(wrong.row).toEqual({ ssl: true })
  await expect.poll(() => wrong.database.replica!.status().reason).toBe('it cannot be reached')
  await expect
    .poll(() => wrong.logged)
    .toEqual([expect.objectContaining({ error: expect.stringContaining("does not match certificate's altnames") })])
  const same = await opened('localhost')
  expect([same.row, same.database.replica]).toEqual([{ ssl: true }, undefined])
  const right = await opened('LOCALHOST')
  await expect.poll(() => right.database.replica!.status().isUsed, { timeout: 10_000 }).toBe(true)
  expect(await right.database.reader`select ssl from pg_stat_ssl where pid = pg_backend_pid()`).toEqual([{ ssl: true }])
  for (const { database } of [wrong, same, right]) await database.close()
})
