// Makes dist/client/: index.js, which runs wherever there is fetch, and files.js, which writes files. What they need is in them.

import { readdirSync, rmSync } from 'node:fs'
import { basename } from 'node:path'
import { build } from 'esbuild'

/** @param common esbuild's options for all that is built */
export async function buildClient(common) {
  const { metafile } = await build({
    ...common,
    entryPoints: { index: 'clients/typescript/index.ts', files: 'clients/typescript/files.ts' },
    outdir: 'dist/client',
    splitting: true,
    // not for files.js alone: that index.js has none of them, a test sees
    external: ['node:*'],
    metafile: true,
  })
  const made = Object.keys(metafile.outputs).map((name) => basename(name))
  for (const name of readdirSync('dist/client')) if (!made.includes(name)) rmSync(`dist/client/${name}`)
}
