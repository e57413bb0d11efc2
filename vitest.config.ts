import { existsSync } from 'node:fs'
import { defineConfig } from 'vitest/config'

// Tests of behaviour run on both kinds of database; the others need none, or start what they need themselves.
const behaviour = [
  'test/routes/**/*.test.ts',
  'test/contract/**/*.test.ts',
  'test/messages/**/*.test.ts',
  'test/clients/astroquery.test.ts',
]

// Behaviour that no kind of database has a part in, and that takes long: tested on a server, where there is one.
const sameOnBoth = [
  'test/messages/rabbitmq.test.ts',
  'test/routes/auth/{portal,portal_away,portal_bearer,tokens}.test.ts',
  'test/routes/hostile/bodies.test.ts',
  'test/routes/session/session.test.ts',
]

// Frames that are partitioned are read and written by the same statements: those of which partitions have to be proved.
const partitioned = [
  'test/partitions/**/*.test.ts',
  'test/contract/**/*.test.ts',
  'test/routes/frames/{aggregate,bulk,bulk_at_once,change,create,downloads,filters,found_once,modified,paging,related,rollups}.test.ts',
  'test/routes/{thumbnails,versions}/*.test.ts',
  'test/routes/{hostile/paths,visibility}.test.ts',
]

// The archive on other runtimes, which share the servers that they need.
const runtimes = ['test/runtimes/*.test.ts']

/** Programs that tests start or call, and the tests that need them. */
const NEEDS: { program: string; packages: string; tests: string[] }[] = [
  {
    program: '/usr/lib/postgresql',
    packages: 'postgresql-15-postgis-3',
    tests: [
      'test/bench/scale/check.test.ts',
      'test/database/**',
      'test/deploy/{backup,backup_s3}.test.ts',
      'test/doctor/**',
      'test/faults/**',
      'test/ingest/engine.test.ts',
      'test/runtimes/node/{log,request_log,outage,bulk_outage}.test.ts',
      'test/runtimes/node/nginx/several.test.ts',
      'test/runtimes/node/metrics/**',
      ...runtimes,
      'test/runtimes/node/s3/**',
      'test/runtimes/worker/**',
      'test/cli/{serve,serve_workers,serve_lifecycle,doctor,cli,deleteframes,import_command,outbox,users,ingest_command_archive,ingest_damage,ingest_outage,ocs_ingester,verify,verify_s3}.test.ts',
    ],
  },
  {
    program: '/usr/bin/systemd-socket-activate',
    packages: 'systemd (and python3)',
    tests: ['test/cli/serve_lifecycle.test.ts', 'test/deploy/systemd.test.ts'],
  },
  { program: '/usr/bin/wrk', packages: 'wrk', tests: ['test/bench/scale/wrk.test.ts'] },
  {
    program: '/usr/sbin/pgbouncer',
    packages: 'pgbouncer',
    tests: ['test/faults/{callers,replica,searches}.test.ts', 'test/runtimes/worker/{dev,edge}.test.ts'],
  },
  {
    program: 'test/runtimes/programs/node_modules/wrangler/bin/wrangler.js',
    packages: 'other runtimes (npm ci --prefix test/runtimes/programs)',
    tests: [...runtimes, 'test/runtimes/worker/{dev,edge,scheduled}.test.ts', 'test/runtimes/node/s3/removals.test.ts'],
  },
  {
    program: 'test/runtimes/programs/node_modules/.bin/deno',
    packages: 'Deno, Bun and Node 24 (npm ci --prefix test/runtimes/programs)',
    tests: ['test/clients/typescript/readme.test.ts'],
  },
  {
    program: '/usr/bin/chromium',
    packages: 'chromium',
    tests: ['test/runtimes/node/browser.test.ts', 'test/clients/typescript/browser.test.ts'],
  },
  {
    program: '/usr/bin/promtool',
    packages: 'prometheus',
    tests: ['test/runtimes/node/metrics/**'],
  },
  {
    program: '/usr/bin/memcached',
    packages: 'memcached',
    tests: ['test/cache/**', 'test/faults/replica.test.ts', 'test/cli/{users,doctor}.test.ts'],
  },
  {
    program: '/usr/lib/rabbitmq/bin/rabbitmq-server',
    packages: 'rabbitmq-server',
    tests: ['test/messages/**', 'test/runtimes/worker/scheduled.test.ts', 'test/cli/{outbox,doctor}.test.ts'],
  },
  {
    program: '/usr/bin/radosgw',
    packages: 'ceph-mon ceph-osd radosgw',
    tests: [
      'test/deploy/backup_s3.test.ts',
      'test/files/store/s3.test.ts',
      'test/ingest/{engine,engine_store}.test.ts',
      'test/runtimes/node/nginx/s3.test.ts',
      'test/runtimes/{node20,node24,deno,bun,workerd}.test.ts',
      'test/runtimes/node/s3/**',
      'test/runtimes/worker/dev.test.ts',
      'test/cli/{doctor,ingest_outage,ocs_ingester,verify_s3}.test.ts',
      'test/clients/python.test.ts',
    ],
  },
  {
    program: '/usr/sbin/nginx',
    packages: 'nginx-light',
    tests: ['test/runtimes/node/nginx/**', 'test/deploy/deployment.test.ts'],
  },
  {
    program: '/usr/bin/fpack',
    packages: 'libcfitsio-bin',
    tests: [
      'test/fits/{catalog,checksum,damage,fpack,headers,odd_images,tables}.test.ts',
      'test/cli/same_records.test.ts',
    ],
  },
  {
    program: 'node_modules/.cache/ocs_ingester/made-of.txt',
    packages: 'ocs_ingester (test/support/python.sh installs it)',
    tests: ['test/cli/{ocs_ingester,outbox,same_records}.test.ts', 'test/clients/astroquery.test.ts'],
  },
  { program: '/usr/bin/jq', packages: 'jq', tests: ['test/clients/shell.test.ts'] },
  {
    program: 'node_modules/.cache/clients/go/made-of.txt',
    packages: 'the Go client (test/support/other_clients.sh makes it)',
    tests: ['test/clients/go.test.ts'],
  },
  {
    program: 'node_modules/.cache/clients/java/made-of.txt',
    packages: 'the Java client (test/support/other_clients.sh makes it; openjdk-17-jdk-headless ivy)',
    tests: ['test/clients/java.test.ts'],
  },
  {
    program: 'node_modules/.cache/python-client/tools/made-of.txt',
    packages: "the Python client's requirements (test/support/python_client.sh installs them)",
    tests: ['test/clients/python.test.ts'],
  },
  {
    program: '/usr/bin/7z',
    packages: 'p7zip-full unzip',
    tests: [
      'test/files/zip/**',
      'test/routes/frames/{downloads,zip_resume}.test.ts',
      'test/runtimes/node/s3/downloads.test.ts',
    ],
  },
  { program: '/usr/bin/bsdtar', packages: 'libarchive-tools', tests: ['test/routes/frames/zip_resume.test.ts'] },
  { program: '/usr/bin/javac', packages: 'openjdk-17-jdk-headless', tests: ['test/routes/frames/zip_resume.test.ts'] },
]

// In CI whatever is missing fails. On other machines its tests are left out, and that is said.
const missing = process.env.CI === 'true' ? [] : NEEDS.filter(({ program }) => !existsSync(program))
for (const { packages, tests } of missing) console.warn(`${packages} not installed: without ${tests.join(', ')}`)
const left = [...missing.flatMap(({ tests }) => tests), '**/node_modules/**']
const hasPostgres = process.env.PLATESTACK_TEST_POSTGRES_URL !== undefined || !missing.includes(NEEDS[0]!)
if (!hasPostgres) console.warn('The tests of behaviour run on the embedded database alone')

const common = {
  globalSetup: ['test/support/setup.ts'],
  testTimeout: 120_000,
  hookTimeout: 240_000,
  // what is waited for comes late on a busy machine: a second, as vitest has it, is too little
  expect: { poll: { timeout: 10_000 } },
  // most of them wait for servers part of their time
  maxWorkers: 3,
}
const project = (name: string, include: string[], exclude: string[], more: object = {}) => ({
  test: { ...common, name, include, exclude, ...more },
})

export default defineConfig({
  test: {
    projects: [
      project('embedded', behaviour, hasPostgres ? [...left, ...sameOnBoth] : left),
      ...(hasPostgres ? [project('postgres', behaviour, left), project('partitioned', partitioned, left)] : []),
      project('runtimes', runtimes, left, { globalSetup: ['test/runtimes/services.ts'] }),
      project('unit', ['test/**/*.test.ts'], [...behaviour, ...partitioned, ...runtimes, ...left]),
    ],
  },
})
