// Makes the OpenAPI document and its variant for clients from the declarations of the routes, in the folder named;
// with --check, fails when a file differs. The build bundles it to dist/openapi.js.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { clientsDocument } from '../src/openapi/clients.ts'
import { openApiDocument } from '../src/openapi/document.ts'
import { version } from '../src/version.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { check: { type: 'boolean', default: false } },
})
const documents = { 'openapi.json': openApiDocument(version), 'clients.json': clientsDocument(version) }
for (const [name, document] of Object.entries(documents)) {
  const file = join(positionals[0]!, name)
  const text = `${JSON.stringify(document, null, 2)}\n`
  if (!values.check) writeFileSync(file, text)
  else if (readFileSync(file, 'utf8') !== text) {
    process.stderr.write(`${file} is not what the routes declare: npm run openapi makes it anew\n`)
    process.exitCode = 1
  }
}
