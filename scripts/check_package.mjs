// Packs what `npm run build:package` has made, as npm would publish it, and has publint and are-the-types-wrong judge that.

import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const folder = mkdtempSync(join(tmpdir(), 'platestack-package-'))
try {
  // what is published is made before: making it once more here would pull the program from under those who run it
  const packed = execFileSync('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', folder])
  const [{ filename, size, unpackedSize, files }] = JSON.parse(packed.toString())
  const surplus = files.map(({ path }) => path).filter((path) => /\.map$|openapi\.js$|bench/.test(path))
  if (surplus.length) throw new Error(`in the package is what nobody needs: ${surplus.join(', ')}`)
  const tarball = join(folder, filename)
  run('publint', '--strict', tarball)
  // there is no CommonJS: what cannot import modules cannot use the package
  run('attw', tarball, '--profile', 'esm-only', '--format', 'ascii')
  const megabytes = (bytes) => `${(bytes / 1e6).toFixed(2)} MB`
  process.stdout.write(`${filename}: ${files.length} files, ${megabytes(size)}, unpacked ${megabytes(unpackedSize)}\n`)
} catch (error) {
  process.stderr.write(`${error.stdout ?? ''}${error.message}\n`)
  process.exitCode = 1
} finally {
  rmSync(folder, { recursive: true })
}

function run(program, ...args) {
  execFileSync(`node_modules/.bin/${program}`, args, { stdio: ['ignore', 'pipe', 'inherit'] })
}
