import { execFileSync } from 'node:child_process'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * The generated part of the Python client, as clients/python/generator makes it.
 * @param document the path of the OpenAPI document
 * @returns the files by their paths in the repository
 */
export async function generate(document) {
  const script = fileURLToPath(new URL('../clients_python.sh', import.meta.url))
  const made = execFileSync(script, ['--json', resolve(document)], { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 })
  return JSON.parse(made)
}
