// Makes the OpenAPI document from the declarations of the routes and writes it to the file named;
// with --check, fails when the file differs. The build bundles it to dist/openapi.js.
import { readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { openApiDocument } from '../src/openapi.ts'
import { version } from '../src/version.ts'

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
