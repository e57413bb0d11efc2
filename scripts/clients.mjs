// Makes the generated part of the typed clients in clients/ from the OpenAPI document: of all, or of those that are named. With
// --check nothing is written, and what differs from what lies there is an error.
// A new client is a module in scripts/clients/ with a function `generate`, and its line in CLIENTS.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const CLIENTS = {
  typescript: () => import('./clients/typescript.mjs'),
  python: () => import('./clients/python.mjs'),
}

const root = fileURLToPath(new URL('..', import.meta.url))
const document = resolve(root, 'openapi/clients.json')

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { check: { type: 'boolean', default: false } },
})
const names = positionals.length ? positionals : Object.keys(CLIENTS)
for (const name of names) {
  if (!Object.hasOwn(CLIENTS, name)) fail(`there is no client '${name}', but ${Object.keys(CLIENTS).join(', ')}`)
  const files = await (await CLIENTS[name]()).generate(document)
  for (const [path, text] of Object.entries(files)) {
    if (values.check) check(path, text)
    else write(path, text)
  }
}

function write(path, text) {
  mkdirSync(dirname(resolve(root, path)), { recursive: true })
  writeFileSync(resolve(root, path), text)
}

function check(path, text) {
  const file = resolve(root, path)
  if (!existsSync(file) || readFileSync(file, 'utf8') !== text)
    fail(`${path} is not what the OpenAPI document says: npm run clients makes it anew`)
}

function fail(message) {
  process.stderr.write(`${message}\n`)
  process.exit(1)
}
