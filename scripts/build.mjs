// Makes dist/ from src/: the program platestack.js and the library index.js, with what only some commands need in chunks beside them,
// openapi.js, which makes the OpenAPI document, and the client. With --bench: the benchmarks of test/bench/ too. With --worker:
// worker/worker.js instead, the archive as a Worker for workerd, with what only some requests need in modules beside it.

import { chmodSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { copyAssets } from './assets.mjs'
import { buildClient } from './build_client.mjs'

const worker = process.argv.includes('--worker')
const bench = process.argv.includes('--bench')
  ? {
      bench: 'test/bench/main.ts',
      'bench-signing': 'test/bench/signing.ts',
      'bench-funpack': 'test/bench/funpack.ts',
      'bench-downloads': 'test/bench/downloads.ts',
      'bench-bulk': 'test/bench/bulk.ts',
      'bench-ingest': 'test/bench/ingest.ts',
      'bench-outbox': 'test/bench/outbox.ts',
      'bench-start': 'test/bench/start.ts',
      'bench-cold': 'test/bench/cold.ts',
      'bench-fair': 'test/bench/fair.ts',
      'bench-runtimes': 'test/bench/runtimes.ts',
      'bench-edge': 'test/bench/edge.ts',
      'bench-replica': 'test/bench/replica.ts',
      'bench-scale': 'test/bench/scale/main.ts',
    }
  : {}
/** What all modules of the Worker may have, compressed as wrangler counts them. */
const WORKER_BYTES = 700_000

const common = {
  bundle: true,
  format: 'esm',
  target: 'es2022',
  jsx: 'automatic',
  jsxImportSource: 'hono/jsx',
  sourcemap: true,
  logLevel: 'warning',
}

/** Zod brings its words in forty languages along, of which it loads English by itself. To go when it exports them apart (zod.locales). */
const noLocales = {
  name: 'no locales',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^\.\.\/locales\/index\.js$/ }, ({ resolveDir }) =>
      /node_modules.zod.v4/.test(resolveDir) ? { path: 'locales', namespace: 'empty' } : undefined,
    )
    onLoad({ filter: /.*/, namespace: 'empty' }, () => ({ contents: 'export {}' }))
  },
}

/** The OpenAPI document as a text that is parsed when it is asked for: that is read faster than the same as code. */
const parsedJson = {
  name: 'parsed JSON',
  setup({ onLoad }) {
    onLoad({ filter: /openapi\.json$/ }, ({ path }) => {
      const text = JSON.stringify(JSON.parse(readFileSync(path, 'utf8')))
      return { contents: `export default JSON.parse(${JSON.stringify(text)})` }
    })
  },
}

/**
 * The driver's streams are those of COPY and of large objects, which the archive does not use, and the module of Node that they need takes
 * as long to load as all of the driver. To go when the driver imports it where it is used.
 */
const noDriverStreams = {
  name: 'no streams of the driver',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:stream$/ }, ({ importer }) =>
      /node_modules.postgres.cf/.test(importer) ? { path: 'stream', namespace: 'unused' } : undefined,
    )
    onLoad({ filter: /.*/, namespace: 'unused' }, () => ({ contents: 'export default {}' }))
  },
}

/**
 * Packages that are no ES modules require those of Node, which workerd gives to imports alone. To go when esbuild turns such calls into
 * imports (evanw/esbuild#1921).
 */
const requiredOfNode = {
  name: 'modules of Node',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:/ }, ({ path, kind }) =>
      kind === 'require-call' ? { path, namespace: 'required' } : { path, external: true },
    )
    onLoad({ filter: /.*/, namespace: 'required' }, ({ path }) => ({
      contents: `import from_node from '${path}'\nmodule.exports = from_node`,
    }))
  },
}

if (worker) {
  rmSync('dist/worker', { recursive: true, force: true })
  await build({
    ...common,
    plugins: [noLocales, parsedJson, noDriverStreams, requiredOfNode],
    entryPoints: ['src/runtimes/worker/worker.ts'],
    outdir: 'dist/worker',
    splitting: true,
    conditions: ['workerd', 'worker', 'browser'],
    external: ['cloudflare:*'],
    // its size counts; not its names, by which errors are told apart
    minifySyntax: true,
    minifyWhitespace: true,
    charset: 'utf8',
  })
  copyAssets('dist/assets')
  checkSize('dist/worker')
} else {
  const onNode = { ...common, outdir: 'dist', platform: 'node', packages: 'external', metafile: true }
  const made = await Promise.all([
    build({ ...onNode, entryPoints: { platestack: 'src/cli/main.ts', index: 'src/index.ts' }, splitting: true }),
    build({ ...onNode, entryPoints: { openapi: 'scripts/openapi.ts', ...bench } }),
  ])
  chmodSync('dist/platestack.js', 0o755)
  removeStale(made.flatMap(({ metafile }) => Object.keys(metafile.outputs)))
  await buildClient(common)
  copyAssets('dist/assets')
}

/** A Worker may have 3 MB compressed where nobody pays for it; a larger one takes longer to start. */
function checkSize(folder) {
  const modules = readdirSync(folder).filter((name) => name.endsWith('.js'))
  const size = modules.reduce((sum, name) => sum + gzipSync(readFileSync(`${folder}/${name}`)).length, 0)
  process.stdout.write(`the Worker: ${(size / 1000).toFixed(0)} KB compressed, in ${modules.length} modules\n`)
  if (size > WORKER_BYTES)
    throw new Error(`the Worker has ${size} bytes compressed, which is more than the ${WORKER_BYTES} that it may have`)
}

/** Chunks and benchmarks of earlier builds. The Worker has a folder of its own. */
function removeStale(made) {
  for (const name of readdirSync('dist'))
    if (/\.js(\.map)?$/.test(name) && !made.includes(`dist/${name}`)) rmSync(`dist/${name}`)
}
