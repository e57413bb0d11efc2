import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  openAsBlob,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { migrate } from '../../src/database/migrations/migrate.ts'
import { driverOptions } from '../../src/database/open.ts'
import { lockFile } from '../../src/runtimes/embedded/directory_lock.ts'
import { type Embedded, embed } from '../../src/runtimes/embedded/embedded.ts'
import { type Backend, startInMemory } from '../../src/runtimes/embedded/pglite_backend.ts'
import { inRepository } from './data.ts'

const root = inRepository('')
const cache = join(root, 'node_modules/.cache/platestack')

/** An embedded database of one's own in memory, migrated and empty. Two to three seconds; ten more the first time after a change of migrations. */
export async function testDatabase(): Promise<Embedded> {
  return embed(await testBackend(), driverOptions)
}

/** The PostgreSQL of such a database, without a driver. */
export async function testBackend(): Promise<Backend> {
  return startInMemory(await openAsBlob(await image()))
}

/** The tar of a migrated cluster, made once for all processes. */
async function image(): Promise<string> {
  const file = join(cache, `embedded-${fingerprint()}.tar`)
  const until = Date.now() + 180_000
  while (!existsSync(file)) {
    const unlock = tryLock(`${file}.lock`)
    try {
      if (unlock && !existsSync(file)) await makeImage(file)
    } finally {
      unlock?.()
    }
    if (Date.now() > until) throw new Error(`${file} is being made for three minutes now`)
    if (!unlock) await pause(200)
  }
  return file
}

async function makeImage(file: string): Promise<void> {
  mkdirSync(dirname(file), { recursive: true })
  for (const old of readdirSync(cache)) if (/^embedded-.*\.tar$/.test(old)) rmSync(join(cache, old), { force: true })
  const backend = await startInMemory()
  const { sql, close } = await embed(backend, driverOptions)
  await migrate(sql)
  await sql`checkpoint`
  const tar = await backend.dump()
  await close()
  // whole or not at all
  writeFileSync(`${file}.part`, Buffer.from(await tar.arrayBuffer()))
  renameSync(`${file}.part`, file)
}

function tryLock(path: string): (() => void) | null {
  try {
    return lockFile(path, 'the image')
  } catch {
    return null
  }
}

/** Of all that an image is made from. */
function fingerprint(): string {
  const hash = createHash('sha256')
  const add = (path: string) =>
    hash
      .update(path)
      .update('\0')
      .update(readFileSync(join(root, path)))
      .update('\0')
  for (const name of readdirSync(join(root, 'sql/migrations')).sort()) add(`sql/migrations/${name}`)
  for (const name of readdirSync(join(root, 'src/database/migrations')).sort()) add(`src/database/migrations/${name}`)
  for (const name of ['pglite', 'pglite-postgis']) add(`node_modules/@electric-sql/${name}/package.json`)
  return hash.digest('hex').slice(0, 16)
}
