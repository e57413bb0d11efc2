import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { PGlite, type PGliteOptions } from '@electric-sql/pglite'
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm'
import { NodeFS } from '@electric-sql/pglite/nodefs'
import { postgis } from '@electric-sql/pglite-postgis'

type Mod = PGlite['Module']

/** The version of PostgreSQL that PGlite is: it opens no cluster of another. */
export const POSTGRES_MAJOR = '18'

/** PostgreSQL in this process: one session, as of one client that never leaves. */
export interface Backend {
  /**
   * Runs whole messages of the frontend protocol and gives what PostgreSQL answers. Blocks the
   * event loop for as long as that takes. Throws BackendDied when PostgreSQL cannot go on; nothing
   * can be run any more then.
   */
  run(messages: Uint8Array): Promise<Buffer>
  /** The error it died of; null: it lives. */
  readonly died: BackendDied | null
  /** A tar of the whole cluster, for `image`; make a checkpoint before. */
  dump(): Promise<Blob>
  /** Shuts PostgreSQL down with a checkpoint. Of a dead one only the files are closed. */
  close(): Promise<void>
}

/** PostgreSQL ended, by a FATAL error or a trap of WebAssembly. */
export class BackendDied extends Error {
  override name = 'BackendDied'
}

// The stack of JavaScript is shorter than PostgreSQL believes: at the default of 2 MB, a few
// hundred levels of recursion in PL/pgSQL or 2000 of an expression overrun it, which is the end of
// the instance. With 100 kB they get their usual error, 54001. (Not so JSON nested in 7000 levels:
// its parser uses none of the stack that is measured.)
const LIMITS = ['-c', 'max_stack_depth=100kB']

/** In memory: empty, or a copy of an image. Without fsync, of which memory has no use. */
export function startInMemory(image?: Blob): Promise<Backend> {
  return start({ startParams: [...PGlite.defaultStartParams, ...LIMITS], ...(image ? { loadDataDir: image } : {}) })
}

/**
 * The cluster in a directory, which is made if there is none. The caller sees to it that nobody
 * else has it open.
 */
export async function startInDirectory(dir: string): Promise<Backend> {
  const unfinished = `${dir}.unfinished`
  mkdirSync(dirname(dir), { recursive: true })
  // Making a cluster takes seconds in which the process may die; half of one cannot be opened.
  if (existsSync(unfinished)) rmSync(dir, { recursive: true, force: true })
  const version = versionOf(dir)
  if (version !== null && version !== POSTGRES_MAJOR)
    throw new Error(
      `${dir} was made by PostgreSQL ${version}, and this release embeds ${POSTGRES_MAJOR}: move the data with the release that made it`,
    )
  if (version === null) writeFileSync(unfinished, '')
  const startParams = [
    ...PGlite.defaultStartParams.filter((parameter) => parameter !== '-F'),
    '-c',
    'wal_sync_method=fsync',
    ...LIMITS,
  ]
  const backend = await start({ fs: new DurableFS(dir), startParams }).catch((cause: unknown) => {
    throw new Error(`the database in ${dir} cannot be opened`, { cause })
  })
  if (version === null) {
    syncTree(dir)
    rmSync(unfinished)
  }
  return backend
}

function versionOf(dir: string): string | null {
  const file = join(dir, 'PG_VERSION')
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : null
}

interface NodeStream {
  nfd?: number
  node: unknown
}

/**
 * PGlite's file system, except that fsync does something: without it, a loss of power loses what
 * was committed, or the cluster. To go when NodeFS does that itself (electric-sql/pglite#1107;
 * 0.5.16 does not).
 */
class DurableFS extends NodeFS {
  override async init(pglite: PGlite, options: Partial<Mod>) {
    const { emscriptenOpts } = await super.init(pglite, options)
    const install = (mod: Mod) => {
      const { NODEFS } = (
        mod.FS as unknown as { filesystems: { NODEFS: { stream_ops: object; realPath(node: unknown): string } } }
      ).filesystems
      const fsync = (stream: NodeStream) => {
        if (stream.nfd === undefined) syncPath(NODEFS.realPath(stream.node))
        else fsyncSync(stream.nfd)
        return 0
      }
      Object.assign(NODEFS.stream_ops, { fsync })
    }
    return { emscriptenOpts: { ...emscriptenOpts, preRun: [...(emscriptenOpts.preRun ?? []), install] } }
  }
}

function syncPath(path: string): void {
  const fd = openSync(path, 'r')
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}

function syncTree(dir: string): void {
  for (const entry of readdirSync(dir, { withFileTypes: true })) {
    const path = join(dir, entry.name)
    if (entry.isDirectory()) syncTree(path)
    else syncPath(path)
  }
  syncPath(dir)
}

async function start(options: PGliteOptions): Promise<Backend> {
  const pglite = await PGlite.create({ ...options, extensions: { postgis, pg_trgm } })
  let died: BackendDied | null = null
  const end = (thrown: unknown): BackendDied => {
    died ??= new BackendDied(`the embedded PostgreSQL has ended: ${thrown}`, { cause: thrown })
    return died
  }
  mend(pglite.Module, end)
  return {
    get died() {
      return died
    },
    async run(messages) {
      if (died) throw died
      const output: Uint8Array[] = []
      // Not execProtocolRaw: that keeps every message of every answer for ever. The bytes are a
      // view of memory that is used again.
      await pglite.execProtocolRawStream(messages, {
        syncToFs: false,
        onRawData: (bytes) => void output.push(bytes.slice()),
      })
      if (died) throw died
      return output.length === 1 ? Buffer.from(output[0]!.buffer) : Buffer.concat(output)
    },
    dump: () => pglite.dumpDataDir('none'),
    async close() {
      if (died) await pglite.fs?.closeFs().catch(() => {})
      else await pglite.close()
    },
  }
}

/**
 * Mends PGlite's handling of exceptions, of which every SQL error is one ('unwind').
 *
 * The stack of WebAssembly is put back: PGlite leaves it where the error was thrown, so that after
 * some 1700 errors every query fails with 54001. To go with the first pglite-postgis made for a
 * later PGlite than 0.5.8: 0.5.16 puts it back itself, in execProtocolRawSync.
 *
 * And it tells when PostgreSQL ends: PGlite would run its main loop again for ever, in ruins.
 * Nothing is let through any more then. To go when PGlite throws on what is no SQL error
 * (electric-sql/pglite#1058; 0.5.16 does not). What wraps the calls after the first is for the
 * same: the loop asks for the exit status once it has caught an exception, and does the other two
 * at its end.
 */
function mend(mod: Mod, end: (thrown: unknown) => BackendDied): void {
  const { _PostgresMainLoopOnce: once, _PostgresMainLongJmp: recover, _pgl_setPGliteExitStatus: exitStatus } = mod
  const { _PostgresSendReadyForQueryIfNecessary: ready, _pgl_pq_flush: flush } = mod
  const { ___stack_pointer: stack } = mod as unknown as { ___stack_pointer: WebAssembly.Global }
  let died: BackendDied | null = null
  mod._PostgresMainLoopOnce = () => {
    const top = stack.value
    try {
      once()
    } catch (thrown) {
      stack.value = top
      if (thrown !== 'unwind') died = end(thrown)
      throw thrown
    }
  }
  mod._PostgresMainLongJmp = () => {
    try {
      recover()
    } catch (thrown) {
      died = end(thrown)
      throw died
    }
  }
  mod._pgl_setPGliteExitStatus = (status) => {
    if (died) throw died
    return exitStatus(status)
  }
  mod._PostgresSendReadyForQueryIfNecessary = () => {
    if (!died) ready()
  }
  mod._pgl_pq_flush = () => {
    if (!died) flush()
  }
}
