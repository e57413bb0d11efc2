import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** What CFITSIO's own programs make of a file, or their complaint. */
export type Made = { bytes: Buffer; error?: undefined } | { bytes?: undefined; error: string }

const dir = mkdtempSync(join(tmpdir(), 'platestack-fits-'))
process.once('exit', () => rmSync(dir, { recursive: true, force: true }))
const path = join(dir, 'file.fits')
const made = join(dir, 'made.fits')

export const fpack = (bytes: Buffer, options: string[]): Made => run('fpack', options, bytes)
export const funpackOf = (bytes: Uint8Array): Made => run('funpack', ['-C'], bytes)

function run(program: string, options: string[], bytes: Uint8Array): Made {
  writeFileSync(path, bytes)
  rmSync(made, { force: true })
  const { status, stderr, error } = spawnSync(program, [...options, '-O', made, path])
  if (error) throw error
  return status === 0
    ? { bytes: readFileSync(made) }
    : { error: stderr.toString().trim() || `${program} ended with ${status}` }
}
