// Bundles the program into dist/. With --worker: the app for workerd, to prove that nothing of Node has got into it.
import { build } from 'esbuild'

const worker = process.argv.includes('--worker')
const common = { bundle: true, format: 'esm', target: 'es2022', sourcemap: true, logLevel: 'warning' }

if (worker) {
  await build({ ...common, entryPoints: ['src/runtime/worker.ts'], outfile: 'dist/worker.js', conditions: ['workerd', 'worker', 'browser'], external: ['cloudflare:*', 'node:*'] })
} else {
  await build({
    ...common,
    entryPoints: { platestack: 'src/cli/main.ts', openapi: 'src/cli/openapi.ts' },
    outdir: 'dist',
    platform: 'node',
    packages: 'external',
    banner: { js: '#!/usr/bin/env node' },
  })
}
