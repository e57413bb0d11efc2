// Bundles the program into dist/. With --bench: the benchmarks too. With --worker: the app as a Worker instead, for workerd.

import { chmodSync } from 'node:fs'
import { build } from 'esbuild'
import { copyAssets } from '../pages/copy_assets.mjs'

const worker = process.argv.includes('--worker')
const bench = process.argv.includes('--bench')
  ? {
      bench: 'test/bench/main.ts',
      'bench-signing': 'test/bench/signing.ts',
      'bench-funpack': 'test/bench/funpack.ts',
      'bench-downloads': 'test/bench/downloads.ts',
      'bench-bulk': 'test/bench/bulk.ts',
      'bench-ingest': 'test/bench/ingest.ts',
    }
  : {}
const common = {
  bundle: true,
  format: 'esm',
  target: 'es2022',
  jsx: 'automatic',
  jsxImportSource: 'hono/jsx',
  sourcemap: true,
  logLevel: 'warning',
}

/** Off Node the AWS SDK reads XML with the DOMParser of browsers, which workerd lacks; the other parser that it has needs nothing. */
const xmlParser = {
  name: 'xml parser',
  setup({ onResolve }) {
    onResolve({ filter: /^\.\/xml-parser$/ }, ({ resolveDir }) =>
      /@aws-sdk.xml-builder/.test(resolveDir) ? { path: `${resolveDir}/xml-parser.js` } : undefined,
    )
  },
}

if (worker) {
  await build({
    ...common,
    plugins: [xmlParser],
    entryPoints: ['src/runtimes/worker/worker.ts'],
    outfile: 'dist/worker.js',
    conditions: ['workerd', 'worker', 'browser'],
    external: ['cloudflare:*', 'node:*'],
  })
} else {
  await build({
    ...common,
    entryPoints: { platestack: 'src/cli/main.ts', openapi: 'src/cli/openapi.ts', ...bench },
    outdir: 'dist',
    platform: 'node',
    packages: 'external',
    banner: { js: '#!/usr/bin/env node' },
  })
  chmodSync('dist/platestack.js', 0o755)
  copyAssets('dist/assets')
}
