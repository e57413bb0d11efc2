import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('../src', import.meta.url))

/** Folders of src/ in which every exported function has a docstring. */
const DOCUMENTED = [
  'bulk',
  'cache',
  'config',
  'database',
  'files',
  'fits',
  'http',
  'ingest',
  'messages',
  'openapi',
  'queries',
  'views',
  'auth',
  'schemas',
]

/** `export function name`, and `export const name = (…)` or with a type of its own. */
const FUNCTION = /^export (?:(?:async )?function\*? (\w+)|const (\w+)(?:: [^=\n]+)? =\s+(?:async )?(?:<[^\n]+>)?\()/gm

interface Found {
  name: string
  hasDocstring: boolean
}

function exportedFunctions(folder: string): Found[] {
  const files = readdirSync(join(root, folder), { recursive: true }).map(String)
  return files
    .filter((file) => file.endsWith('.ts'))
    .sort()
    .flatMap((file) => {
      const text = readFileSync(join(root, folder, file), 'utf8')
      return [...text.matchAll(FUNCTION)].map(({ 1: declared, 2: assigned, index }) => ({
        name: `${folder}/${file} ${declared ?? assigned}`,
        // an overload shares the docstring above the first
        hasDocstring: /\*\/\n(export function \w+<?[^\n{]*\n)*$/.test(text.slice(0, index)),
      }))
    })
}

test.each(DOCUMENTED)('every exported function of src/%s has a docstring', (folder) => {
  const undocumented = exportedFunctions(folder).filter(({ hasDocstring }) => !hasDocstring)
  expect(undocumented.map(({ name }) => name)).toEqual([])
})

test('this test sees the functions there are', () => {
  const names = exportedFunctions('fits').map(({ name }) => name)
  expect(names.length).toBeGreaterThan(100)
  expect(names).toContain('fits/funpack.ts funpack')
  expect(names).toContain('fits/codec/columns.ts rowBytes')
})
