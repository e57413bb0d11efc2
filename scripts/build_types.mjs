// Makes dist/types/: the declarations of what the package exports, and of no more than these name.

import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'

const { files: entries } = JSON.parse(readFileSync('tsconfig.types.json', 'utf8'))
const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc')
/** The name of another declaration, in an import or an import's type. */
const SPECIFIER = /((?:\bfrom |\bimport\()["'])(\.{1,2}\/[^"']+)\.tsx?(["'])/g

const all = mkdtempSync(join(tmpdir(), 'platestack-types-'))
try {
  execFileSync(process.execPath, [tsc, '-p', 'tsconfig.types.json', '--outDir', all], { stdio: 'inherit' })
  const wanted = new Map()
  const todo = entries.map((entry) => entry.replace(/\.ts$/, ''))
  for (let name = todo.pop(); name !== undefined; name = todo.pop()) {
    if (wanted.has(name)) continue
    const text = readFileSync(join(all, `${name}.d.ts`), 'utf8')
    for (const [, , target] of text.matchAll(SPECIFIER)) todo.push(join(dirname(name), target))
    wanted.set(name, text.replace(SPECIFIER, '$1$2.js$3'))
  }
  rmSync('dist/types', { recursive: true, force: true })
  for (const [name, text] of wanted) {
    const file = resolve('dist/types', `${name}.d.ts`)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, text)
  }
} finally {
  rmSync(all, { recursive: true })
}
