// Makes the programs of dist/ from src/: platestack.js, with what only some commands need in chunks beside it, and openapi.js, which
// makes the OpenAPI document. With --bench: the benchmarks of test/bench/ too. With --worker: worker/worker.js instead, the
// archive as a Worker for workerd, in one piece.

import { chmodSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { copyAssets } from './assets.mjs'

const worker = process.argv.includes('--worker')
const bench = process.argv.includes('--bench')
  ? {
      bench: 'test/bench/main.ts',
      'bench-signing': 'test/bench/signing.ts',
      'bench-funpack': 'test/bench/funpack.ts',
      'bench-downloads': 'test/bench/downloads.ts',
      'bench-bulk': 'test/bench/bulk.ts',
      'bench-ingest': 'test/bench/ingest.ts',
      'bench-start': 'test/bench/start.ts',
      'bench-fair': 'test/bench/fair.ts',
      'bench-edge': 'test/bench/edge.ts',
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

/**
 * For a browser the AWS SDK reads XML with the DOMParser, which workerd lacks; the other parser that it has needs nothing. To go when
 * @aws-sdk/xml-builder chooses that under the condition `workerd` (aws/aws-sdk-js-v3#7375; 3.972.43 does not), or takes it everywhere.
 */
const xmlParser = {
  name: 'xml parser',
  setup({ onResolve }) {
    onResolve({ filter: /^\.\/xml-parser$/ }, ({ resolveDir }) =>
      /@aws-sdk.xml-builder/.test(resolveDir) ? { path: `${resolveDir}/xml-parser.js` } : undefined,
    )
  },
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
    plugins: [xmlParser, noLocales, requiredOfNode],
    entryPoints: ['src/runtimes/worker/worker.ts'],
    outdir: 'dist/worker',
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
    build({ ...onNode, entryPoints: { platestack: 'src/cli/main.ts' }, splitting: true }),
    build({ ...onNode, entryPoints: { openapi: 'scripts/openapi.ts', ...bench } }),
  ])
  chmodSync('dist/platestack.js', 0o755)
  removeStale(made.flatMap(({ metafile }) => Object.keys(metafile.outputs)))
  copyAssets('dist/assets')
}

/** A Worker may have 3 MB compressed where nobody pays for it; a larger one takes longer to start. */
function checkSize(folder) {
  const modules = readdirSync(folder).filter((name) => name.endsWith('.js'))
  const size = modules.reduce((sum, name) => sum + gzipSync(readFileSync(`${folder}/${name}`)).length, 0)
  if (size > WORKER_BYTES)
    throw new Error(`the Worker has ${size} bytes compressed, which is more than the ${WORKER_BYTES} that it may have`)
}

/** Chunks and benchmarks of earlier builds. The Worker has a folder of its own. */
function removeStale(made) {
  for (const name of readdirSync('dist'))
    if (/\.js(\.map)?$/.test(name) && !made.includes(`dist/${name}`)) rmSync(`dist/${name}`)
}
