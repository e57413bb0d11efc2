// Writes the OpenAPI document to the file named, or with --check compares the two and fails when
// they differ.
import { readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { openApiDocument } from '../openapi.ts'
import { version } from '../version.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { check: { type: 'boolean', default: false } },
})
const file = positionals[0]!
const text = `${JSON.stringify(openApiDocument(version), null, 2)}\n`
if (!values.check) writeFileSync(file, text)
else if (readFileSync(file, 'utf8') !== text) {
  process.stderr.write(`${file} is not what the routes declare: npm run openapi makes it anew\n`)
  process.exitCode = 1
}
